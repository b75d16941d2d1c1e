package io.sluice.config.engine;

import io.sluice.api.config.Problem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as values without places: {@code Map}, {@code List}, {@code String}, {@code Integer} or {@code BigDecimal}, {@code Boolean}, null. */
public final class JsonValues {

    private JsonValues() {}

    /**
     * @throws IllegalArgumentException with the first mistake: a sentence that begins with line and column
     */
    public static Object read(String text) {
        Problems problems = new Problems("");
        Json json = JsonReader.read(text, problems).orElse(null);
        for (Problem problem : problems.inOrder()) {
            if (problem.severity() == Problem.Severity.ERROR) {
                throw new IllegalArgumentException(problem.line() + ":" + problem.column() + ": " + problem.message());
            }
        }
        return value(json);
    }

    /** Whether an object or an array is the first thing in a text but white space and comments. */
    public static boolean begin(String text) {
        JsonText reader = new JsonText(text, new Problems(""));
        reader.skip();
        return reader.peek() == '{' || reader.peek() == '[';
    }

    private static Object value(Json json) {
        return switch (json) {
            case null -> null;
            case Json.Nothing _ -> null;
            case Json.Str text -> text.value();
            case Json.Bool flag -> flag.value();
            case Json.Num number -> number(number.literal());
            case Json.Arr array -> {
                List<Object> items = new ArrayList<>();
                array.items().forEach(i -> items.add(value(i)));
                yield items;
            }
            case Json.Obj object -> {
                Map<String, Object> members = new LinkedHashMap<>();
                object.members().forEach(m -> members.put(m.name(), value(m.value())));
                yield members;
            }
        };
    }

    private static Object number(String literal) {
        try {
            return Integer.valueOf(literal);
        } catch (NumberFormatException e) {
            // An exponent of many digits is no number that anybody means.
            return literal.length() > 40 ? literal : exact(literal);
        }
    }

    private static Object exact(String literal) {
        try {
            return new BigDecimal(literal);
        } catch (NumberFormatException e) {
            return literal;
        }
    }
}

package io.sluice.config.engine;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the fields of one object. Every field that is asked for is known from then on; {@link #end()} reports the others. A field of the
 * wrong type is reported and taken as absent.
 */
final class Section {

    private final Map<String, Json.Member> members = new LinkedHashMap<>();
    private final Set<String> known = new LinkedHashSet<>();
    private final Set<String> hidden = new HashSet<>();
    private final Json.Obj object;
    private final String path;
    private final Problems problems;

    Section(Json.Obj object, String path, Problems problems) {
        this.object = object;
        this.path = path;
        this.problems = problems;
        object.members().forEach(m -> members.put(m.name(), m));
    }

    Place at() {
        return object.at();
    }

    String path() {
        return path;
    }

    String path(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    Problems problems() {
        return problems;
    }

    boolean has(String field) {
        return members.containsKey(field);
    }

    /** The names of all fields that are there. */
    Set<String> names() {
        return members.keySet();
    }

    /** Where the field's name stands; the object's own place if it is absent. */
    Place at(String field) {
        return has(field) ? members.get(field).at() : at();
    }

    /** Of several names for one thing the first that is there; they are all known. */
    String either(String... names) {
        known.addAll(List.of(names));
        return Arrays.stream(names).filter(this::has).findFirst().orElse(names[0]);
    }

    private Optional<Json> value(String field) {
        known.add(field);
        return Optional.ofNullable(members.get(field))
                .map(Json.Member::value)
                .filter(v -> !(v instanceof Json.Nothing));
    }

    private void wrongType(String where, Json value, String wanted) {
        problems.add(
                ProblemCode.WRONG_TYPE,
                value.at(),
                where,
                "This is " + value.kind() + ", but " + wanted + " is wanted.");
    }

    Optional<Located<String>> string(String field) {
        return value(field).flatMap(v -> {
            if (v instanceof Json.Str(Place at, String text)) {
                return Optional.of(new Located<>(text, at, path(field)));
            }
            wrongType(path(field), v, "a string");
            return Optional.empty();
        });
    }

    /** A string that is there and not empty. */
    Optional<Located<String>> required(String field, String suggestion) {
        if (!has(field)) {
            missing(field, suggestion);
        }
        return string(field);
    }

    void missing(String field, String suggestion) {
        known.add(field);
        problems.absent(
                ProblemCode.MISSING_FIELD, at(), path(field), "The field '" + field + "' is missing here.", suggestion);
    }

    /** One of these words, case ignored; the word as it is spelled here. */
    Optional<Located<String>> word(String field, List<String> words) {
        return string(field).flatMap(s -> {
            Optional<String> found =
                    words.stream().filter(w -> w.equalsIgnoreCase(s.value())).findFirst();
            if (found.isEmpty()) {
                problems.add(
                        ProblemCode.UNKNOWN_VALUE,
                        s.at(),
                        s.path(),
                        "'" + s.value() + "' is not known here.",
                        Nearest.suggestion(s.value(), words));
            }
            return found.map(w -> new Located<>(w, s.at(), s.path()));
        });
    }

    Optional<Located<Boolean>> flag(String field) {
        return value(field).flatMap(v -> {
            if (v instanceof Json.Bool(Place at, boolean truth)) {
                return Optional.of(new Located<>(truth, at, path(field)));
            }
            wrongType(path(field), v, "true or false");
            return Optional.empty();
        });
    }

    Optional<Located<Integer>> integer(String field, int least, int most) {
        return number(field, least, most).map(n -> n.map(Math::toIntExact));
    }

    Optional<Located<Long>> number(String field, long least, long most) {
        return value(field).flatMap(v -> {
            if (!(v instanceof Json.Num(Place at, String literal))) {
                wrongType(path(field), v, "a whole number");
                return Optional.empty();
            }
            return whole(at, field, literal, least, most);
        });
    }

    private Optional<Located<Long>> whole(Place at, String field, String literal, long least, long most) {
        long number;
        try {
            number = literal.length() > 40 ? Long.MAX_VALUE : new BigDecimal(literal).longValueExact();
        } catch (ArithmeticException e) {
            number = Long.MAX_VALUE;
        }
        if (number < least || number > most) {
            problems.add(
                    ProblemCode.OUT_OF_RANGE,
                    at,
                    path(field),
                    literal + " is not a whole number from " + least + " to " + most + ".");
            return Optional.empty();
        }
        return Optional.of(new Located<>(number, at, path(field)));
    }

    /** A port as a number, or as a string of digits as Xray reads it. */
    Optional<Located<Integer>> port(String field) {
        if (value(field).orElse(null) instanceof Json.Str(Place at, String text)) {
            if (text.matches("[0-9]{1,5}")) {
                return whole(at, field, text, 1, 65_535).map(n -> n.map(Math::toIntExact));
            }
            problems.add(
                    ProblemCode.BAD_PORT,
                    at,
                    path(field),
                    "'" + text + "' is not one port.",
                    "write a number from 1 to 65535");
            return Optional.empty();
        }
        return integer(field, 1, 65_535);
    }

    /** An array of strings; a single string is one (with commas: several), as in Xray. */
    List<Located<String>> strings(String field) {
        List<Located<String>> strings = new ArrayList<>();
        value(field).ifPresent(v -> {
            switch (v) {
                case Json.Str(Place at, String text) -> {
                    for (String part : text.split(",")) {
                        strings.add(new Located<>(part.strip(), at, path(field)));
                    }
                }
                case Json.Arr(Place _, List<Json> items) -> {
                    for (int i = 0; i < items.size(); i++) {
                        String where = path(field) + "[" + i + "]";
                        if (items.get(i) instanceof Json.Str(Place at, String text)) {
                            strings.add(new Located<>(text, at, where));
                        } else {
                            wrongType(where, items.get(i), "a string");
                        }
                    }
                }
                default -> wrongType(path(field), v, "an array of strings");
            }
        });
        return strings;
    }

    Optional<Section> section(String field) {
        return value(field).flatMap(v -> {
            if (v instanceof Json.Obj inner) {
                return Optional.of(new Section(inner, path(field), problems));
            }
            wrongType(path(field), v, "an object");
            return Optional.empty();
        });
    }

    List<Section> sections(String field) {
        List<Section> sections = new ArrayList<>();
        value(field).ifPresent(v -> {
            if (!(v instanceof Json.Arr(Place _, List<Json> items))) {
                wrongType(path(field), v, "an array of objects");
                return;
            }
            for (int i = 0; i < items.size(); i++) {
                String where = path(field) + "[" + i + "]";
                if (items.get(i) instanceof Json.Obj inner) {
                    sections.add(new Section(inner, where, problems));
                } else {
                    wrongType(where, items.get(i), "an object");
                }
            }
        });
        return sections;
    }

    /** The raw value, for a field that may be of several types. */
    Optional<Json> any(String field) {
        return value(field);
    }

    /** Fields that Xray has and that change nothing here: a warning each. */
    void noEffect(String why, String... fields) {
        for (String field : fields) {
            report(field, ProblemCode.NO_EFFECT, "'" + field + "' has no effect here: " + why + ".", "remove it");
        }
    }

    /** Fields that Xray has and that mean something we cannot do. */
    void unsupported(String why, String suggestion, String... fields) {
        for (String field : fields) {
            report(field, ProblemCode.NOT_SUPPORTED, "'" + field + "' is not to be had here: " + why + ".", suggestion);
        }
    }

    /** A text that Xray has and that means something we cannot do; an empty one, which panels write, means nothing. */
    void unsupportedText(String why, String suggestion, String field) {
        hidden.add(field);
        string(field).filter(s -> !s.value().isEmpty()).ifPresent(_ -> unsupported(why, suggestion, field));
    }

    /** A field that Xray has taken out. */
    void removed(String field, String replacement) {
        report(
                field,
                ProblemCode.REMOVED_FIELD,
                "'" + field + "' was removed from Xray's configuration.",
                "use " + replacement);
    }

    private void report(String field, ProblemCode code, String message, String suggestion) {
        if (value(field).isPresent()) {
            problems.add(code, at(field), path(field), message, suggestion);
        }
        hidden.add(field);
    }

    /** Reports every field that was not asked for. */
    void end() {
        List<String> offered = known.stream().filter(k -> !hidden.contains(k)).toList();
        for (Json.Member member : members.values()) {
            if (!known.contains(member.name())) {
                problems.add(
                        ProblemCode.UNKNOWN_FIELD,
                        member.at(),
                        path(member.name()),
                        "The field '" + member.name() + "' is not known here.",
                        Nearest.suggestion(member.name(), offered));
            }
        }
    }
}

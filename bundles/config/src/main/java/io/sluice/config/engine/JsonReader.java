package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads JSON (RFC 8259) with comments and trailing commas, and goes on after a mistake wherever there is one likely meaning: a missing
 * comma or colon, a word without quotes, a string without an end. Where there is none, it stops, says where, and gives back what it has.
 *
 * <p>A reader of our own, because the places of names, the repair, and the sentences are the point of it.
 */
final class JsonReader {

    /** Our shapes need 8 levels; Jackson allows 1000. Small enough for any thread's stack. */
    static final int MAX_DEPTH = 64;

    /** A configuration with 10,000 rules is about 2 MB. */
    static final int MAX_LENGTH = 8 << 20;

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private final Problems problems;
    private final JsonText text;
    private final JsonStrings strings;
    private boolean stopped;

    private JsonReader(String text, Problems problems) {
        this.problems = problems;
        this.text = new JsonText(text, problems);
        this.strings = new JsonStrings(this.text, problems);
    }

    /** The value, as far as it could be read; empty if there is none at all. */
    static Optional<Json> read(String text, Problems problems) {
        if (text.length() > MAX_LENGTH) {
            problems.partial();
            problems.add(
                    ProblemCode.TOO_LARGE,
                    Place.START,
                    "",
                    "The text has " + text.length() + " characters; a configuration has at most " + MAX_LENGTH + ".");
            return Optional.empty();
        }
        return new JsonReader(text, problems).document();
    }

    private Optional<Json> document() {
        text.skip();
        if (text.peek() == JsonText.END) {
            stop(
                    ProblemCode.UNEXPECTED_END,
                    text.place(),
                    "",
                    "The text is empty.",
                    "write at least { \"outbounds\": [ … ] }");
            return Optional.empty();
        }
        Optional<Json> root = value("", 0);
        text.skip();
        if (!stopped && text.peek() != JsonText.END) {
            problems.add(
                    ProblemCode.TRAILING_TEXT,
                    text.place(),
                    "",
                    "The configuration has ended, but " + JsonText.shown(text.peek()) + " follows.",
                    "remove what follows, or a closing bracket too many");
        }
        return root;
    }

    private void stop(ProblemCode code, Place at, String path, String message, String suggestion) {
        if (!stopped) {
            stopped = true;
            problems.add(code, at, path, message, suggestion);
            problems.partial();
        }
    }

    private Optional<Json> value(String path, int depth) {
        Place at = text.place();
        int c = text.peek();
        if (depth > MAX_DEPTH) {
            stop(ProblemCode.TOO_DEEP, at, path, "This is nested deeper than " + MAX_DEPTH + " levels.", "flatten it");
            return Optional.empty();
        }
        if (c == '{') {
            return Optional.of(object(path, depth));
        }
        if (c == '[') {
            return Optional.of(array(path, depth));
        }
        if (c == '"' || c == '\'') {
            return Optional.of(new Json.Str(at, strings.quoted(path)));
        }
        if (JsonStrings.isWord(c)) {
            return Optional.of(word(at, path));
        }
        if (c == JsonText.END) {
            stop(ProblemCode.UNEXPECTED_END, at, path, "The text ends where a value should be.", "close every bracket");
        } else if (c == ',' || c == ']' || c == '}') {
            problems.add(
                    ProblemCode.UNEXPECTED_CHARACTER,
                    at,
                    path,
                    "A value should be here, before " + JsonText.shown(c) + ".",
                    "write a value, or remove the comma or name before it");
            problems.partial();
        } else {
            stop(
                    ProblemCode.UNEXPECTED_CHARACTER,
                    at,
                    path,
                    "A value should be here, not " + JsonText.shown(c) + ".",
                    "write a string, number, true, false, null, [ or {");
        }
        return Optional.empty();
    }

    private Json word(Place at, String path) {
        String word = strings.word();
        switch (word) {
            case "true":
                return new Json.Bool(at, true);
            case "false":
                return new Json.Bool(at, false);
            case "null":
                return new Json.Nothing(at);
            default:
                break;
        }
        if (NUMBER.matcher(word).matches()) {
            return new Json.Num(at, word);
        }
        int first = word.codePointAt(0);
        if (first < 128 && (Character.isDigit(first) || first == '-' || first == '+' || first == '.')) {
            problems.add(
                    ProblemCode.BAD_NUMBER,
                    at,
                    path,
                    "This is not a number as JSON writes it.",
                    "write digits without leading zeros, or put it in double quotes");
            return new Json.Nothing(at);
        } else {
            problems.add(
                    ProblemCode.UNQUOTED, at, path, "A word without quotes is not a value.", "put it in double quotes");
        }
        return new Json.Str(at, word);
    }

    private Json.Arr array(String path, int depth) {
        Place at = text.place();
        text.next();
        List<Json> items = new ArrayList<>();
        for (int i = 0; !stopped && another(']', at, path, i == 0); i++) {
            value(path + "[" + i + "]", depth + 1).ifPresent(items::add);
        }
        return new Json.Arr(at, items);
    }

    private Json.Obj object(String path, int depth) {
        Place at = text.place();
        text.next();
        List<Json.Member> members = new ArrayList<>();
        Map<String, Place> seen = new HashMap<>();
        for (int i = 0; !stopped && another('}', at, path, i == 0); i++) {
            member(path, depth, members, seen);
        }
        return new Json.Obj(at, members);
    }

    private void member(String path, int depth, List<Json.Member> members, Map<String, Place> seen) {
        Place at = text.place();
        String name = name(path);
        if (stopped) {
            return;
        }
        String inner = path.isEmpty() ? name : path + "." + name;
        text.skip();
        if (text.peek() == ':') {
            text.next();
            text.skip();
        } else if (text.peek() == '=') {
            problems.add(ProblemCode.MISSING_COLON, text.place(), inner, "A colon should be here, not '='.", "write :");
            text.next();
            text.skip();
        } else {
            problems.add(
                    ProblemCode.MISSING_COLON,
                    text.place(),
                    path,
                    "The name before this is not followed by a colon.",
                    "write :");
            if (text.peek() == ',' || text.peek() == '}') {
                return;
            }
        }
        Optional<Json> value = value(inner, depth + 1);
        Place before = seen.putIfAbsent(name, at);
        if (before != null) {
            problems.add(
                    ProblemCode.DUPLICATE_FIELD,
                    at,
                    inner,
                    "The field '" + name + "' stands here for the second time; the first is at " + before + ".",
                    "remove one of them");
            return;
        }
        value.ifPresent(v -> members.add(new Json.Member(name, at, v)));
    }

    private String name(String path) {
        int c = text.peek();
        if (c == '"' || c == '\'') {
            return strings.quoted(path);
        }
        if (JsonStrings.isWord(c)) {
            Place at = text.place();
            String word = strings.word();
            problems.add(ProblemCode.UNQUOTED, at, path, "This name has no quotes.", "put it in double quotes");
            return word;
        }
        stop(
                ProblemCode.UNEXPECTED_CHARACTER,
                text.place(),
                path,
                "A field's name should be here, not " + JsonText.shown(c) + ".",
                "write \"name\": value");
        return "";
    }

    /** Goes on to the next element, over a comma; false behind the closing bracket or where reading ends. */
    private boolean another(char close, Place opened, String path, boolean first) {
        text.skip();
        boolean comma = false;
        Place behind = text.place();
        if (!first && text.peek() == ',') {
            text.next();
            text.skip();
            comma = true;
        }
        int c = text.peek();
        if (c == close) {
            text.next();
            return false;
        }
        if (c == JsonText.END) {
            stop(
                    ProblemCode.UNEXPECTED_END,
                    text.place(),
                    path,
                    "The text ends before the '" + (close == ']' ? '[' : '{') + "' at " + opened + " is closed.",
                    "write " + close);
            return false;
        }
        if (c == ']' || c == '}') {
            problems.add(
                    ProblemCode.WRONG_BRACKET,
                    text.place(),
                    path,
                    "'" + (close == ']' ? '[' : '{') + "' at " + opened + " is closed by '" + (char) c + "'.",
                    "write " + close);
            // The likely meaning: it was forgotten, and this one closes what is around it. It may be otherwise, so
            // nothing is blamed
            // for being absent.
            problems.partial();
            return false;
        }
        if (!first && !comma) {
            problems.add(ProblemCode.MISSING_COMMA, behind, path, "A comma is missing before this.", "write ,");
        }
        return true;
    }
}

package io.sluice.config.engine;

/** Reads strings and the words that people write where a string or literal should be. */
final class JsonStrings {

    private final JsonText text;
    private final Problems problems;

    JsonStrings(JsonText text, Problems problems) {
        this.text = text;
        this.problems = problems;
    }

    /** A string from its opening quote on, double or (with a problem) single; ends at its line's end at the latest. */
    String quoted(String path) {
        Place start = text.place();
        int quote = text.next();
        if (quote == '\'') {
            problems.add(
                    ProblemCode.UNQUOTED,
                    start,
                    path,
                    "Strings stand in double quotes, not in single ones.",
                    "write \"…\"");
        }
        StringBuilder value = new StringBuilder();
        while (true) {
            int c = text.peek();
            if (c == JsonText.END || c == '\n' || c == '\r') {
                problems.add(
                        ProblemCode.UNTERMINATED_STRING,
                        start,
                        path,
                        "The string that begins here is not closed on its line.",
                        "write a double quote at its end");
                return value.toString();
            }
            if (c == quote) {
                text.next();
                return value.toString();
            }
            if (c == '\\') {
                escape(path, value);
            } else if (c < 0x20) {
                problems.add(
                        ProblemCode.UNEXPECTED_CHARACTER,
                        text.place(),
                        path,
                        "A string may not hold " + JsonText.shown(c) + ".",
                        String.format("write \\u%04x", c));
                text.next();
            } else {
                value.appendCodePoint(text.next());
            }
        }
    }

    private void escape(String path, StringBuilder value) {
        Place start = text.place();
        text.next();
        int c = text.peek();
        int plain = "\"\\/".indexOf(c);
        int named = "bfnrt".indexOf(c);
        if (c != JsonText.END && plain >= 0) {
            value.appendCodePoint(text.next());
        } else if (c != JsonText.END && named >= 0) {
            text.next();
            value.append("\b\f\n\r\t".charAt(named));
        } else if (c == 'u') {
            text.next();
            unicode(start, path, value);
        } else {
            problems.add(
                    ProblemCode.BAD_ESCAPE,
                    start,
                    path,
                    "A backslash may not be followed by " + JsonText.shown(c) + " in a string.",
                    "write \\\\ for a backslash");
        }
    }

    private void unicode(Place start, String path, StringBuilder value) {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            int digit = text.peek() < 128 ? Character.digit(text.peek(), 16) : -1;
            if (digit < 0) {
                problems.add(
                        ProblemCode.BAD_ESCAPE,
                        start,
                        path,
                        "\\u is followed by four hexadecimal digits.",
                        "write e.g. \\u00e9");
                return;
            }
            unit = unit << 4 | digit;
            text.next();
        }
        value.append((char) unit);
    }

    /** Letters, digits and what else makes up a word outside of quotes. */
    String word() {
        int start = text.index();
        while (isWord(text.peek())) {
            text.next();
        }
        return text.since(start);
    }

    static boolean isWord(int c) {
        return c != JsonText.END && (Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '+' || c == '.');
    }
}

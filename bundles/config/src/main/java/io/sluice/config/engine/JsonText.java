package io.sluice.config.engine;

/** The characters of a text, one at a time, with their places. White space and comments can be skipped as one. */
final class JsonText {

    /** What {@link #peek} says at the end. */
    static final int END = -1;

    private final String text;
    private final Problems problems;
    private int index;
    private int line = 1;
    private int column = 1;

    JsonText(String text, Problems problems) {
        this.text = text;
        this.problems = problems;
        if (peek() == 0xFEFF) {
            index++; // a byte order mark, RFC 8259 §8.1: parsers may ignore it
        }
    }

    int peek() {
        return index < text.length() ? text.codePointAt(index) : END;
    }

    Place place() {
        return new Place(line, column);
    }

    int index() {
        return index;
    }

    String since(int start) {
        return text.substring(start, index);
    }

    /** The character here; goes on behind it. */
    int next() {
        int c = text.codePointAt(index);
        index += Character.charCount(c);
        boolean lineEnds = c == '\n' || (c == '\r' && peek() != '\n');
        if (lineEnds) {
            line++;
            column = 1;
        } else {
            column++;
        }
        return c;
    }

    /** Goes on behind white space, {@code // …}, {@code # …} and {@code /* … *}{@code /}. */
    void skip() {
        while (true) {
            int c = peek();
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                next();
            } else if (c == '#' || text.startsWith("//", index)) {
                skipLine();
            } else if (text.startsWith("/*", index)) {
                skipBlock();
            } else {
                return;
            }
        }
    }

    void skipLine() {
        while (peek() != END && peek() != '\n' && peek() != '\r') {
            next();
        }
    }

    private void skipBlock() {
        Place start = place();
        next();
        next();
        while (!text.startsWith("*/", index)) {
            if (peek() == END) {
                problems.add(
                        ProblemCode.UNTERMINATED_COMMENT,
                        start,
                        "",
                        "The comment that begins here is never closed.",
                        "write */ at its end");
                problems.partial();
                return;
            }
            next();
        }
        next();
        next();
    }

    static String shown(int c) {
        if (c == END) {
            return "the end of the text";
        }
        return Character.isISOControl(c) || !Character.isDefined(c)
                ? String.format("the character U+%04X", c)
                : "'" + Character.toString(c) + "'";
    }
}

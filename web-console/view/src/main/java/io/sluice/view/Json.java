package io.sluice.view;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * Writes maps, collections, strings, numbers, booleans, optionals (empty: null) and null as JSON (RFC 8259). Control characters, C1 controls
 * and line separators are escaped, so that a text of an outsider stays inside its string wherever the output is shown.
 */
public final class Json {

    private static final String HEX = "0123456789abcdef";

    private Json() {}

    /** On one line. */
    public static String compact(Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, -1);
        return out.toString();
    }

    /** Indented by two spaces. */
    public static String pretty(Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, 0);
        return out.toString();
    }

    private static void write(StringBuilder out, Object value, int depth) {
        switch (value) {
            case null -> out.append("null");
            case Optional<?> optional -> write(out, optional.orElse(null), depth);
            case Map<?, ?> map -> writeMap(out, map, depth);
            case Collection<?> items -> writeList(out, items, depth);
            case Boolean bool -> out.append(bool);
            case Double number -> out.append(number.isNaN() || number.isInfinite() ? "null" : number.toString());
            case Number number -> out.append(number);
            default -> quote(out, value.toString());
        }
    }

    private static void writeMap(StringBuilder out, Map<?, ?> map, int depth) {
        out.append('{');
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            separate(out, first, depth);
            first = false;
            quote(out, entry.getKey().toString());
            out.append(depth < 0 ? ":" : ": ");
            write(out, entry.getValue(), inner(depth));
        }
        close(out, '}', first, depth);
    }

    private static void writeList(StringBuilder out, Collection<?> items, int depth) {
        out.append('[');
        boolean first = true;
        for (Object item : items) {
            separate(out, first, depth);
            first = false;
            write(out, item, inner(depth));
        }
        close(out, ']', first, depth);
    }

    private static int inner(int depth) {
        return depth < 0 ? depth : depth + 1;
    }

    private static void separate(StringBuilder out, boolean first, int depth) {
        if (!first) {
            out.append(',');
        }
        if (depth >= 0) {
            out.append('\n').repeat(' ', 2 * (depth + 1));
        }
    }

    private static void close(StringBuilder out, char bracket, boolean empty, int depth) {
        if (depth >= 0 && !empty) {
            out.append('\n').repeat(' ', 2 * depth);
        }
        out.append(bracket);
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20
                            || (c >= 0x7f && c < 0xa0)
                            || c == '\u2028'
                            || c == '\u2029'
                            || loneSurrogate(text, i)) {
                        out.append("\\u")
                                .append(HEX.charAt(c >> 12))
                                .append(HEX.charAt((c >> 8) & 15))
                                .append(HEX.charAt((c >> 4) & 15))
                                .append(HEX.charAt(c & 15));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean loneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}

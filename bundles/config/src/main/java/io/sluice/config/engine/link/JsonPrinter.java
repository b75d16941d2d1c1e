package io.sluice.config.engine.link;

import java.util.List;
import java.util.Map;

/** Writes objects as JSON (RFC 8259), on one line, or with short objects on one line and long ones on many. */
final class JsonPrinter {

    /** What fits a line of a configuration file. */
    private static final int LINE = 140;

    private JsonPrinter() {}

    static String compact(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    /** @param indent spaces before its later lines */
    static String pretty(Object value, int indent) {
        String line = spaced(value);
        if (line.length() + indent <= LINE) {
            return line;
        }
        String inner = "\n" + " ".repeat(indent + 2);
        if (value instanceof Map<?, ?> map) {
            List<String> members = map.entrySet().stream()
                    .map(e -> quoted(String.valueOf(e.getKey())) + ": " + pretty(e.getValue(), indent + 2))
                    .toList();
            return "{" + inner + String.join("," + inner, members) + "\n" + " ".repeat(indent) + "}";
        }
        if (value instanceof List<?> list) {
            List<String> items = list.stream().map(i -> pretty(i, indent + 2)).toList();
            return "[" + inner + String.join("," + inner, items) + "\n" + " ".repeat(indent) + "]";
        }
        return line;
    }

    private static String spaced(Object value) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            List<String> members = map.entrySet().stream()
                    .map(e -> quoted(String.valueOf(e.getKey())) + ": " + spaced(e.getValue()))
                    .toList();
            return "{ " + String.join(", ", members) + " }";
        }
        if (value instanceof List<?> list && !list.isEmpty()) {
            return "["
                    + String.join(", ", list.stream().map(JsonPrinter::spaced).toList()) + "]";
        }
        return compact(value);
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof Map<?, ?> map) {
            char before = '{';
            for (Map.Entry<?, ?> member : map.entrySet()) {
                out.append(before)
                        .append(quoted(String.valueOf(member.getKey())))
                        .append(':');
                write(member.getValue(), out);
                before = ',';
            }
            out.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> list) {
            char before = '[';
            for (Object item : list) {
                out.append(before);
                write(item, out);
                before = ',';
            }
            out.append(list.isEmpty() ? "[]" : "]");
        } else {
            out.append(value instanceof String text ? quoted(text) : String.valueOf(value));
        }
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c == 127 || c == '\u2028' || c == '\u2029' || lone(text, i)) {
                out.append("\\u%04x".formatted((int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    /** Half of a surrogate pair: it could not be written in UTF-8. */
    private static boolean lone(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}

package io.sluice.config.engine.link;

import java.util.List;

/**
 * Puts objects behind the last of {@code outbounds} in a configuration's text, and leaves everything else, comments too, as it is. Takes texts that have been
 * in force, so without mistakes.
 */
final class OutboundsArray {

    private static final String NAME = "outbounds";
    private static final String INDENT = "    ";

    private final String text;
    private int at;
    /** Behind the last character that is neither white space nor comment. */
    private int significant;

    private OutboundsArray(String text) {
        this.text = text;
    }

    /** @param objects as JSON */
    static String with(String text, List<String> objects) {
        return objects.isEmpty() ? text : new OutboundsArray(text).insert(objects);
    }

    private String insert(List<String> objects) {
        find();
        int close = close();
        char last = text.charAt(significant - 1);
        String before = text.substring(0, significant) + (last == ',' || last == '[' ? "" : ",");
        String between = text.substring(significant, close).stripTrailing();
        String added = "\n" + INDENT + String.join(",\n" + INDENT, objects) + ",\n  ";
        return before + between + added + text.substring(close);
    }

    /** Goes behind the bracket that opens the array. */
    private void find() {
        int depth = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                boolean name = depth == 1 && string().equals(NAME);
                if (name && opens()) {
                    return;
                }
                continue;
            }
            if (!skipped()) {
                depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
                at++;
            }
        }
        throw new IllegalArgumentException("the configuration has no outbounds");
    }

    /** Whether a colon and an array follow; goes behind the bracket if so. */
    private boolean opens() {
        boolean colon = false;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (skipped()) {
                continue;
            }
            at++;
            if (c == ':' && !colon) {
                colon = true;
            } else {
                significant = at;
                return c == '[' && colon;
            }
        }
        return false;
    }

    /** Where the bracket stands that closes what is open. */
    private int close() {
        int depth = 1;
        while (true) {
            char c = text.charAt(at);
            if (c == '"') {
                string();
                significant = at;
            } else if (!skipped()) {
                depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
                if (depth == 0) {
                    return at;
                }
                at++;
                significant = at;
            }
        }
    }

    /** Goes behind white space or a comment, if there is any here. */
    private boolean skipped() {
        int begin = at;
        char c = text.charAt(at);
        if (Character.isWhitespace(c) || c == '\uFEFF') {
            at++;
        } else if (c == '#' || text.startsWith("//", at)) {
            int end = text.indexOf('\n', at);
            at = end < 0 ? text.length() : end;
        } else if (text.startsWith("/*", at)) {
            int end = text.indexOf("*/", at + 2);
            at = end < 0 ? text.length() : end + 2;
        }
        return at > begin;
    }

    /** Goes behind a string; gives what stands between its quotes. */
    private String string() {
        int begin = ++at;
        while (at < text.length() && text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        String content = text.substring(begin, Math.min(at, text.length()));
        at++;
        return content;
    }
}

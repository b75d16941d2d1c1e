package io.sluice.view;

import io.sluice.api.config.ConfigStore;
import java.util.HexFormat;
import java.util.Set;

/**
 * A configuration to be shown: its secrets are covered. Takes texts that have been in force, so without mistakes: JSON with {@code #}, {@code //} and
 * block comments, names and strings in double quotes.
 */
public final class CoveredConfig {

    /**
     * Fields that hold a secret, or an array of lines that make one: passwords of accounts and outbounds, the identifiers that vless and vmess take for one, keys of
     * certificates, and header fields by which a client shows who it is.
     */
    private static final Set<String> SECRETS =
            Set.of("pass", "password", "id", "key", "Authorization", "Proxy-Authorization", "Cookie");

    private final String text;
    private final StringBuilder covered;
    private int at;

    private CoveredConfig(String text) {
        this.text = text;
        this.covered = new StringBuilder(text.length());
    }

    /** The text with {@link ConfigStore#COVERED} in the place of each secret; everything else, comments too, as it is. */
    public static String of(String text) {
        return new CoveredConfig(text).covered();
    }

    private String covered() {
        while (at < text.length()) {
            if (text.charAt(at) != '"') {
                between();
            } else if (isSecret(string())) {
                value();
            }
        }
        return covered.toString();
    }

    /** A comment, or one character outside strings. */
    private void between() {
        if (text.charAt(at) == '#' || text.startsWith("//", at)) {
            copyTo(text.indexOf('\n', at));
        } else if (text.startsWith("/*", at)) {
            int end = text.indexOf("*/", at + 2);
            copyTo(end < 0 ? -1 : end + 2);
        } else {
            copyTo(at + 1);
        }
    }

    /** What follows the field's name: a colon, and a string that is not shown, or several in an array. A string of that name that is a value itself has no colon. */
    private void value() {
        boolean colon = false;
        boolean array = false;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"' && colon) {
                covered.append('"').append(ConfigStore.COVERED).append('"');
                at = endOfString();
                if (!array) {
                    return;
                }
                continue;
            }
            if (c == ':' && !colon) {
                colon = true;
            } else if (c == '[' && colon && !array) {
                array = true;
            } else if (c == ',' && array) {
                between();
                continue;
            } else if (!Character.isWhitespace(c) && c != '#' && c != '/') {
                return;
            }
            between();
        }
    }

    private String string() {
        int begin = at;
        copyTo(endOfString());
        return text.substring(begin + 1, Math.max(begin + 1, at - 1));
    }

    private int endOfString() {
        int end = at + 1;
        while (end < text.length() && text.charAt(end) != '"') {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        return Math.min(text.length(), end + 1);
    }

    /** @param end exclusive; negative for the end of the text */
    private void copyTo(int end) {
        int to = end < 0 ? text.length() : end;
        covered.append(text, at, to);
        at = to;
    }

    /** As the reader sees it: a letter may be written as an escape (RFC 8259 §7). */
    private static boolean isSecret(String name) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            if (name.startsWith("\\u", i) && i + 6 <= name.length()) {
                plain.appendCodePoint(HexFormat.fromHexDigits(name, i + 2, i + 6));
                i += 5;
            } else {
                plain.append(name.charAt(i));
            }
        }
        return SECRETS.contains(plain.toString());
    }
}

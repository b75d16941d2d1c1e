package io.sluice.rest.engine;

/**
 * Which paths are served without credentials: the page's files. The server takes away percent-encoding, dot segments and path parameters
 * (RFC 3986 §5.2.4, Servlet 6 §3.5.2) before it chooses what answers, so {@code /%61pi/v1/events} and {@code /ui/../api/v1/events} are
 * {@code /api/v1/events}. A path that could be another one is therefore not open, whatever it begins with.
 */
public final class OpenPath {

    private OpenPath() {}

    /** @param raw the path as it was sent */
    public static boolean is(String raw) {
        if (raw == null || !raw.startsWith("/") || raw.equals("/api") || raw.startsWith("/api/")) {
            return false;
        }
        for (String segment : raw.substring(1).split("/", -1)) {
            if (segment.equals(".") || segment.equals("..") || !segment.chars().allMatch(OpenPath::isPlain)) {
                return false;
            }
        }
        return !raw.contains("//");
    }

    private static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-._~".indexOf(c) >= 0;
    }
}

package io.sluice.rest.engine;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What the header of a request says of where it comes from.
 *
 * @param host field Host, or null
 * @param origin field Origin, or null
 * @param fetchSite field Sec-Fetch-Site, or null
 * @param cookie whether it is authenticated by a cookie, which a browser adds by itself
 */
public record Visitor(String method, String host, String origin, String fetchSite, boolean cookie) {

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS"); // RFC 9110 §9.2.1

    /**
     * Refuses what a foreign page could make a browser send: a name that was rebound to our address, a foreign origin, a form.
     *
     * @param names host names that are served besides IP addresses and localhost
     */
    public Optional<Problem> refusal(Set<String> names) {
        if (method.equals("TRACE")) { // would show a page the field Cookie, which browsers keep from it
            return Optional.of(
                    new Problem(Problem.Kind.METHOD_NOT_ALLOWED, "Only GET, HEAD, POST, DELETE can be used here."));
        }
        if (host == null || host.isEmpty()) {
            return Optional.of(new Problem(Problem.Kind.BAD_REQUEST, "The field Host is missing."));
        }
        if (!served(host, names)) {
            return Optional.of(new Problem(
                    Problem.Kind.MISDIRECTED, "Use the address of this appliance, or localhost, not a foreign name."));
        }
        if (origin != null && !ownOrigin()) {
            return Optional.of(
                    new Problem(Problem.Kind.FORBIDDEN, "Pages of other origins may not use this interface."));
        }
        if (fetchSite != null && (fetchSite.equals("cross-site") || fetchSite.equals("same-site"))) {
            return Optional.of(new Problem(Problem.Kind.FORBIDDEN, "Pages of other sites may not use this interface."));
        }
        boolean proven = origin != null || "same-origin".equals(fetchSite);
        if (cookie && !SAFE.contains(method) && !proven) {
            return Optional.of(new Problem(
                    Problem.Kind.FORBIDDEN,
                    "A change by cookie must come from this appliance's own page. Use a token."));
        }
        return Optional.empty();
    }

    private boolean ownOrigin() {
        try {
            URI uri = new URI(origin);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && host.toLowerCase(Locale.ROOT).equals(uri.getRawAuthority());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean served(String host, Set<String> names) {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.startsWith("[")) {
            int end = name.indexOf(']');
            return end > 0 && isAddress(name.substring(1, end)) && isPort(name.substring(end + 1));
        }
        int colon = name.indexOf(':');
        if (colon >= 0) {
            if (!isPort(name.substring(colon))) {
                return false;
            }
            name = name.substring(0, colon);
        }
        return name.equals("localhost") || names.contains(name) || isAddress(name);
    }

    private static boolean isPort(String text) {
        return text.isEmpty()
                || (text.startsWith(":")
                        && text.length() > 1
                        && text.length() <= 6
                        && text.chars().skip(1).allMatch(c -> c >= '0' && c <= '9'));
    }

    private static boolean isAddress(String text) {
        try {
            java.net.InetAddress.ofLiteral(text);
            return text.indexOf('%') < 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}

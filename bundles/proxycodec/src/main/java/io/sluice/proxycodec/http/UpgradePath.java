package io.sluice.proxycodec.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A path as Xray's configuration writes it: {@code ?ed=2048} at its end is not asked for but says how many octets may travel with the request.
 *
 * @param target what is asked for, never empty
 * @param earlyData octets, 0 for none
 */
public record UpgradePath(String target, int earlyData) {

    /** Octets; in base64 they leave room for the rest of a head of {@link HttpHead#MOST}. */
    private static final int MOST_EARLY = 8 * 1024;

    public static UpgradePath of(String written) {
        String path = encoded(written.startsWith("/") ? written : "/" + written);
        int query = path.indexOf('?');
        if (query < 0) {
            return new UpgradePath(path, 0);
        }
        int early = 0;
        List<String> others = new ArrayList<>();
        for (String part : path.substring(query + 1).split("&", -1)) {
            if (part.matches("ed=[0-9]{1,6}")) {
                early = Math.min(MOST_EARLY, Integer.parseInt(part.substring(3)));
            } else {
                others.add(part);
            }
        }
        String rest = String.join("&", others);
        return new UpgradePath(path.substring(0, query) + (rest.isEmpty() ? "" : "?" + rest), early);
    }

    /** RFC 3986 §2.1, where people and links write what no request can carry: white space, line ends, letters beyond ASCII. What is encoded stays as it is. */
    private static String encoded(String path) {
        StringBuilder encoded = new StringBuilder(path.length());
        for (byte octet : path.getBytes(StandardCharsets.UTF_8)) {
            if (octet > ' ' && octet < 0x7f) {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(octet));
            }
        }
        return encoded.toString();
    }

    /** The target without its query: what a server compares. */
    public String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** Whether a request's target asks for this path, whatever its query. */
    public boolean matches(String requested) {
        return of(requested).path().equals(path());
    }
}

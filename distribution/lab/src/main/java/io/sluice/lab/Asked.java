package io.sluice.lab;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Who asked the name servers for what: by the line, past the tunnel, or from the proxy's host. Any thread. */
final class Asked {

    /** Names that are remembered; a canary's is one for each class. */
    private static final int MOST = 64;

    private static final String PROXYS_NETWORK = "45.90.7.";

    private final Set<String> past = new LinkedHashSet<>();
    private final Set<String> through = new LinkedHashSet<>();
    private long own;

    /** @param query of which the question's name begins behind 12 octets: RFC 1035 §4.1 */
    synchronized void note(InetAddress from, byte[] query) {
        String name = name(query);
        boolean byTheLine = !from.getHostAddress().startsWith(PROXYS_NETWORK);
        if (!byTheLine) {
            if (through.size() < MOST) {
                through.add(name);
            }
        } else if (name.equals(Places.RELAY_NAME)) {
            own++;
        } else if (past.size() < MOST) {
            past.add(name);
        }
    }

    private static String name(byte[] query) {
        StringBuilder name = new StringBuilder();
        int at = 12;
        while (at < query.length && query[at] > 0 && at + query[at] < query.length) {
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(query, at + 1, query[at], StandardCharsets.US_ASCII));
            at += query[at] + 1;
        }
        return name.toString().toLowerCase(Locale.ROOT);
    }

    /** How often the proxy's own name was asked for by the line so far. */
    synchronized long own() {
        return own;
    }

    /** Whether this name was asked for from the proxy's host since the last {@link #forget}. */
    synchronized boolean through(String name) {
        return through.contains(name);
    }

    /** Other names than the proxy's that were asked for by the line since then. */
    synchronized List<String> past() {
        return List.copyOf(past);
    }

    synchronized void forget() {
        past.clear();
        through.clear();
    }
}

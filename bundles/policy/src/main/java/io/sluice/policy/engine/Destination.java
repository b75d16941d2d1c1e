package io.sluice.policy.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;

/**
 * A flow's destination as rules see it: an address, a name, or both where a client wrote an address as if it were a name – else such a
 * client would walk around every {@code ip=} rule.
 *
 * @param address or null
 * @param name in lower case without a dot at its end, or null
 */
record Destination(InetAddress address, String name) {

    static Destination of(InetSocketAddress destination) {
        if (!destination.isUnresolved()) {
            return new Destination(destination.getAddress(), null);
        }
        String name = destination.getHostString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        return new Destination(literal(name), name);
    }

    private static InetAddress literal(String name) {
        if (name.isEmpty()) {
            return null;
        }
        char last = name.charAt(name.length() - 1);
        boolean likely = name.indexOf(':') >= 0 || name.charAt(0) == '[' || (last >= '0' && last <= '9');
        if (!likely) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(name);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}

package io.sluice.outbound.direct.engine;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.net.Network;
import io.sluice.api.net.PortSet;
import io.sluice.api.net.PrefixSet;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One rule; see {@link FinalRules}.
 *
 * @param networks never empty
 * @param ports null for all
 * @param addresses null for all
 */
record FinalRule(boolean allows, Set<Network> networks, PortSet ports, PrefixSet addresses) {

    private static final int MAX_PORT = 65_535;

    /** @throws IllegalArgumentException with a sentence that names the line and what is wrong with it */
    static FinalRule parse(String line) {
        String[] words = line.strip().split(" +");
        boolean allows = switch (words[0]) {
            case "allow" -> true;
            case "block" -> false;
            default -> throw bad(line, "'" + words[0] + "' is no action; write allow or block");
        };
        Set<Network> networks = EnumSet.noneOf(Network.class);
        List<int[]> ports = new ArrayList<>();
        List<IpPrefix> prefixes = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals < 0 || equals == words[i].length() - 1) {
                throw bad(line, "'" + words[i] + "' has no value");
            }
            String condition = words[i].substring(0, equals);
            for (String value : words[i].substring(equals + 1).split(",", -1)) {
                switch (condition) {
                    case "network" -> networks.add(network(line, value));
                    case "port" -> ports.add(range(line, value));
                    case "ip" -> prefixes.add(prefix(line, value));
                    default -> throw bad(line, "'" + condition + "' is no condition; write network, port or ip");
                }
            }
        }
        return new FinalRule(
                allows,
                networks.isEmpty() ? EnumSet.allOf(Network.class) : networks,
                ports.isEmpty() ? null : new PortSet(ports),
                prefixes.isEmpty() ? null : new PrefixSet(prefixes));
    }

    boolean matches(Network network, InetSocketAddress destination) {
        return networks.contains(network)
                && (ports == null || ports.contains(destination.getPort()))
                && (addresses == null || addresses.contains(destination.getAddress()));
    }

    private static Network network(String line, String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "tcp" -> Network.TCP;
            case "udp" -> Network.UDP;
            default -> throw bad(line, "'" + text + "' is no network; write tcp or udp");
        };
    }

    private static int[] range(String line, String text) {
        String[] ends = text.split("-", 2);
        int[] range = {port(line, ends[0]), port(line, ends[ends.length - 1])};
        if (range[0] > range[1]) {
            throw bad(line, "the ports '" + text + "' end before they begin");
        }
        return range;
    }

    private static int port(String line, String text) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > MAX_PORT) {
            throw bad(line, "'" + text + "' is no port from 0 to " + MAX_PORT);
        }
        return Integer.parseInt(text);
    }

    private static IpPrefix prefix(String line, String text) {
        try {
            return IpPrefix.parse(text).network();
        } catch (IllegalArgumentException e) {
            throw bad(line, e.getMessage());
        }
    }

    private static IllegalArgumentException bad(String line, String sentence) {
        return new IllegalArgumentException("the final rule '" + line + "' cannot be used: " + sentence);
    }
}

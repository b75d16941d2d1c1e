package io.sluice.blackbox;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The provider's side of a box's line: counts, where frames arrive from it, what is sent to the addresses that canaries of the kill switch go to, by the names that
 * the proof gives them.
 */
final class CanaryWatch {

    /** Documentation addresses that belong to nobody: RFC 5737, RFC 3849. */
    static final List<String> TARGETS = List.of("203.0.113.254", "2001:db8:5c1c::feed");

    /** By the name of a kind, what its packets look like to nft. */
    private static final Map<String, String> KINDS = Map.of(
            "TCP", "tcp dport 443",
            "UDP", "udp dport 443",
            "DNS over UDP", "udp dport 53",
            "DNS over TCP", "tcp dport 53",
            "ICMP echo", "meta l4proto { icmp, ipv6-icmp }");

    private static final Pattern COUNTED = Pattern.compile("counter packets (\\d+) bytes \\d+ comment \"([^\"]+)\"");

    private final NetworkNamespace provider;
    private final Path rules;

    /** @param device the provider's end of the line */
    CanaryWatch(NetworkNamespace provider, String device, Path folder) throws IOException {
        this.provider = provider;
        this.rules = Files.writeString(folder.resolve("watch.nft"), text(device));
        again();
    }

    private static String text(String device) {
        StringBuilder text =
                new StringBuilder("table netdev watch {}\ndelete table netdev watch\ntable netdev watch {\n"
                        + "chain arriving { type filter hook ingress device \"" + device
                        + "\" priority 0; policy accept;\n");
        for (String target : TARGETS) {
            boolean ipv6 = target.indexOf(':') >= 0;
            String to = (ipv6 ? "ip6" : "ip") + " daddr " + target + " ";
            KINDS.forEach((kind, match) -> text.append(to)
                    .append(match)
                    .append(" counter comment \"")
                    .append(name(kind, ipv6))
                    .append("\"\n"));
            // Whatever else: a kind that this class does not know.
            text.append(to).append("counter comment \"any ").append(target).append("\"\n");
        }
        return text.append("arp daddr ip ")
                .append(TARGETS.getFirst())
                .append(" counter comment \"ARP\"\n}\n}\n")
                .toString();
    }

    private static String name(String kind, boolean ipv6) {
        return kind + (ipv6 ? " (IPv6)" : " (IPv4)");
    }

    /** The kinds of both families, as the proof names them. */
    static List<String> kinds() {
        return KINDS.keySet().stream()
                .flatMap(kind -> List.of(name(kind, false), name(kind, true)).stream())
                .toList();
    }

    /** From nothing on. */
    void again() {
        provider.exec("nft", "-f", rules.toString());
    }

    /** How many packets have arrived, by what they are. */
    Map<String, Long> seen() {
        Map<String, Long> seen = new LinkedHashMap<>();
        Matcher lines = COUNTED.matcher(provider.exec("nft", "list", "table", "netdev", "watch"));
        while (lines.find()) {
            seen.put(lines.group(2), Long.valueOf(lines.group(1)));
        }
        if (seen.size() != 2 * KINDS.size() + TARGETS.size() + 1) {
            throw new IllegalStateException("the observer has lost its counters: " + seen);
        }
        return seen;
    }
}

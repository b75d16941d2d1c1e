package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a client may never get from the gateway: anything that answers for the tunnel's addresses (by ARP or neighbour discovery, a packet from one, an ICMP
 * error about one), and name queries to a resolver on the local network. Counted by the kernel's packet filter at the client's end of the wire.
 */
final class LanObserver implements AutoCloseable {

    /** Kinds, and what the filter knows them by. */
    private static final Map<String, String> KINDS = new TreeMap<>(Map.of(
            "arp4", "arp saddr ip 172.19.0.0/30",
            "from4", "ip saddr 172.19.0.0/30",
            "about4",
                    "icmp type { destination-unreachable, time-exceeded, parameter-problem } @th,192,32 & 0xfffffffc == 0xac130000",
            "from6", "ip6 saddr fdfe:dcba:9876::/126",
            "neighbour", "icmpv6 type nd-neighbor-advert @th,64,64 " + Places.TUN_NET6_WORD,
            "about6",
                    "icmpv6 type { destination-unreachable, time-exceeded, parameter-problem } @th,256,64 "
                            + Places.TUN_NET6_WORD,
            // Whatever its source: the box has its line's address, too.
            "names4", "meta protocol ip meta l4proto { tcp, udp } th dport 53",
            "names6", "meta protocol ip6 meta l4proto { tcp, udp } th dport 53"));

    /** What the classes that look here have to make a gateway without a kill switch do, each kind of it. */
    static final Map<String, List<String>> OF_CLASS = Map.of(
            "L14", List.of("names4", "names6"),
            "L23", List.of("from4", "from6"),
            "L24", List.of("arp4", "neighbour"));

    /** What the IP stack in the tunnel says as the next router, of a destination that cannot be reached: RFC 1812 §4.3.2.4 has it bear a router's address. */
    private static final Map<String, String> ROUTERS = Map.of(
            "about4", "    ip saddr 172.19.0.0/30 icmp type { destination-unreachable, time-exceeded } accept\n",
            "about6",
                    "    ip6 saddr fdfe:dcba:9876::/126 icmpv6 type { destination-unreachable, time-exceeded, packet-too-big } accept\n");

    private static final Pattern COUNTER = Pattern.compile("counter (\\w+) \\{\\s*packets (\\d+)");

    private final NetworkNamespace lan;
    private Map<String, Long> seen = Map.of();

    LanObserver(NetworkNamespace lan, Path folder) throws IOException {
        this.lan = lan;
        StringBuilder text = new StringBuilder("table netdev observer {\n");
        KINDS.keySet().forEach(kind -> text.append("  counter ").append(kind).append(" { }\n"));
        text.append("  chain in {\n    type filter hook ingress device \"up0\" priority -500; policy accept;\n");
        // In their order: errors about the tunnel's addresses are counted, those of a router about others are a
        // router's.
        KINDS.forEach((kind, match) -> text.append("    ")
                .append(match)
                .append(" counter name ")
                .append(kind)
                .append(kind.startsWith("about") ? " accept" : "")
                .append('\n')
                .append(ROUTERS.getOrDefault(kind, "")));
        text.append("  }\n}\n");
        Path rules = folder.resolve("lan-observer.nft");
        Files.writeString(rules, text);
        lan.exec("nft", "-f", rules.toString());
    }

    /** Packets of each kind so far. */
    Map<String, Long> counters() {
        Map<String, Long> counters = new TreeMap<>();
        Matcher matcher = COUNTER.matcher(lan.exec("nft", "list table netdev observer"));
        while (matcher.find()) {
            counters.put(matcher.group(1), Long.parseLong(matcher.group(2)));
        }
        if (!counters.keySet().equals(KINDS.keySet())) {
            throw new IllegalStateException("the observer of the local network has counters " + counters.keySet());
        }
        return counters;
    }

    /** Packets of all kinds so far. */
    long outside() {
        return counters().values().stream().mapToLong(Long::longValue).sum();
    }

    /** The kinds of which there came some since the last call, and how many. */
    List<Capture.Sighting> sightings() {
        Map<String, Long> now = counters();
        List<Capture.Sighting> news = new ArrayList<>();
        now.forEach((kind, packets) -> {
            long more = packets - seen.getOrDefault(kind, 0L);
            if (more > 0) {
                news.add(new Capture.Sighting("to a client, " + kind + ": " + more, OptionalInt.empty()));
            }
        });
        seen = now;
        return news;
    }

    @Override
    public void close() {
        lan.exec("nft", "delete", "table", "netdev", "observer");
    }
}

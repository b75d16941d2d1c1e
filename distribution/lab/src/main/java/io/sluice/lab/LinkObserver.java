package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the provider sees come in from the gateway, told by two that know nothing of each other: a chain of the kernel's packet filter at the very
 * entry of the wire, which counts everything outside the allowed set, and a capture of every packet, classified afterwards.
 */
final class LinkObserver implements AutoCloseable {

    private static final Pattern PACKETS = Pattern.compile("packets (\\d+)");

    private final NetworkNamespace wan;
    private final List<Process> dumps = new ArrayList<>();
    private final List<Capture> captures = new ArrayList<>();

    LinkObserver(NetworkNamespace wan, Path folder) throws IOException {
        this.wan = wan;
        Path rules = folder.resolve("observer.nft");
        Files.writeString(rules, rules());
        wan.exec("nft", "-f", rules.toString());
        for (String device : List.of("isp0", "isp1")) {
            Path file = folder.resolve(device + ".pcap");
            dumps.add(wan.start(
                    folder.resolve(device + ".tcpdump"),
                    "tcpdump",
                    "-i",
                    device,
                    "-Q",
                    "in",
                    "-U",
                    "--immediate-mode",
                    "-Z",
                    "root",
                    "-s",
                    "512",
                    "-B",
                    "16384",
                    "-w",
                    file.toString()));
            captures.add(new Capture(file));
        }
        Waiting.until("the captures", () -> {
            for (Capture capture : captures) {
                if (!capture.begun()) {
                    return false;
                }
            }
            return true;
        });
    }

    /**
     * The allowed set: section by section the same as {@link Capture}'s, in other words. Whatever tells that an address of the tunnel's is here is outside, also as
     * ARP or a neighbour's advertisement (raw words: nft of some years ago knows no name for the latter's target), and so is what another program than the
     * appliance sends to the proxy. The box's own address on the local network is among its sources, for a host
     * takes another interface's while the line has none (RFC 1122 §3.3.4.2); the web server's address is a proxy's while its name is forged (L20); and
     * the two name servers are asked for the proxy's name (F09, L29), by nobody for anything else: of streams this filter sees only where they go, the capture what they ask.
     */
    private static String rules() {
        return """
            table netdev observer {
              counter outside { }
              counter proxy { }
              counter forged { }
              chain in {
                type filter hook ingress devices = { "isp0", "isp1" } priority -500; policy accept;
                arp saddr ip 172.19.0.0/30 counter name outside accept
                ether type arp accept
                meta l4proto { tcp, udp } th sport >= %d counter name outside accept
                icmpv6 type nd-neighbor-advert @th,64,64 %s counter name outside accept
                ip saddr { 45.80.1.0/24, 45.80.2.0/24, %s } ip daddr { %s, %s } tcp dport { %d, %d, %d } counter name proxy accept
                ip saddr { 45.80.1.0/24, 45.80.2.0/24, %s } ip daddr { %s, %s } udp dport >= 10000 counter name proxy accept
                ip6 saddr %s ip6 daddr %s tcp dport { %d, %d } counter name proxy accept
                ip6 saddr %s ip6 daddr %s udp dport >= 10000 counter name proxy accept
                ip saddr { 45.80.1.0/24, 45.80.2.0/24, %s } ip daddr { %s, %s } udp dport 53 %s accept
                ip saddr { 45.80.1.0/24, 45.80.2.0/24, %s } ip daddr { %s, %s } tcp dport 53 accept
                ip saddr { 45.80.1.0/24, 45.80.2.0/24, %s } ip daddr %s tcp dport %d counter name forged accept
                udp sport 68 udp dport 67 accept
                ip6 saddr fe80::/10 udp sport 546 udp dport 547 accept
                icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept
                counter name outside
              }
            }
            """.formatted(
                        Places.STRANGERS_PORTS,
                        Places.TUN_NET6_WORD,
                        Places.LAN_GW4,
                        Places.RELAY4,
                        Places.OTHER_RELAY4,
                        Places.RELAY_PORT,
                        Places.SECOND_PORT,
                        Places.CLOCKED_PORT,
                        Places.LAN_GW4,
                        Places.RELAY4,
                        Places.OTHER_RELAY4,
                        Places.WAN_GW6,
                        Places.RELAY6,
                        Places.RELAY_PORT,
                        Places.CLOCKED_PORT,
                        Places.WAN_GW6,
                        Places.RELAY6,
                        Places.LAN_GW4,
                        Places.NAME_SERVERS.get(0),
                        Places.NAME_SERVERS.get(1),
                        question(),
                        Places.LAN_GW4,
                        Places.NAME_SERVERS.get(0),
                        Places.NAME_SERVERS.get(1),
                        Places.LAN_GW4,
                        Places.WEB4,
                        Places.RELAY_PORT);
    }

    /** The proxy's name where a datagram has its question, behind 8 octets of UDP and 12 of the message: 16 octets are the most that nft compares at once. */
    private static String question() {
        String name = HexFormat.of().formatHex(Packets.name(Places.RELAY_NAME));
        StringBuilder words = new StringBuilder();
        for (int at = 0; at < name.length(); at += 32) {
            String word = name.substring(at, Math.min(at + 32, name.length()));
            words.append("@th,%d,%d 0x%s ".formatted(160 + at * 4, word.length() * 4, word));
        }
        return words.toString().strip();
    }

    /** Packets outside the allowed set so far, as the kernel counted them. */
    long outside() {
        return counter("outside");
    }

    /** Packets to the proxy so far. */
    long proxied() {
        return counter("proxy");
    }

    /** Packets to the false address of the proxy's so far. */
    long forged() {
        return counter("forged");
    }

    private long counter(String name) {
        Matcher matcher = PACKETS.matcher(wan.exec("nft", "list", "counter", "netdev", "observer", name));
        if (!matcher.find()) {
            throw new IllegalStateException("the observer has no counter " + name);
        }
        return Long.parseLong(matcher.group(1));
    }

    /** What the captures have got since the last call, outside the allowed set. */
    List<Capture.Sighting> sightings() throws IOException {
        List<Capture.Sighting> all = new ArrayList<>();
        for (Capture capture : captures) {
            all.addAll(capture.newSightings());
        }
        return all;
    }

    boolean alive() {
        return dumps.stream().allMatch(Process::isAlive);
    }

    @Override
    public void close() {
        dumps.forEach(Process::destroy);
        wan.exec("nft", "delete", "table", "netdev", "observer");
    }
}

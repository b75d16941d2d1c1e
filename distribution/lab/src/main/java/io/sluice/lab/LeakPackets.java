package io.sluice.lab;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Those of L01…L35 that are packets of the box or of its clients. */
final class LeakPackets {

    static final int ACK = 0x10;
    static final int PSH = 0x08;
    static final int SYN = 0x02;
    static final int RST = 0x04;
    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;

    /** By each of L27's injections: 30 of them are 10,000 tries. */
    private static final int SHADOWS = 334;

    /** So many different ones of these send datagrams. */
    private static final int DATAGRAM_SHADOWS = 8;

    private static final String FAR4 = "8.8.8.8";
    private static final String FAR6 = "2001:4860:4860::8888";

    private LeakPackets() {}

    static List<Injection> all() {
        return List.of(
                Injection.of("L14", "DNS to the local, the provider's, and hard-coded resolvers, with the allowance on")
                        .sending(LeakPackets::names),
                Injection.of("L15", "DoT, DoH and DoQ to an address").sending(LeakPackets::hiddenNames),
                Injection.of("L16", "mDNS, LLMNR, NetBIOS, SSDP by the box on the line, and by the client")
                        .sending(LeakPackets::discovery),
                Injection.of("L18", "6in4, GRE, ESP, IP in IP, SCTP, an unknown protocol, Teredo")
                        .sending(LeakPackets::transition),
                Injection.of("L25", "others send to the proxy server's address").sending(LeakPackets::toTheProxy),
                Injection.of("L26", "the client connects to other ports of the proxy server's address")
                        .sending((w, dice) -> {
                            for (Sender from : Sender.all(w)) {
                                for (int port : new int[] {Places.FORWARDED_PORT, 22, dice.nextInt(1, 10_000)}) {
                                    from.tcp(w, port(26, dice), Places.RELAY4, port, SYN, new byte[0]);
                                }
                            }
                        }),
                Injection.of("L27", "the client sends from the ports that the box uses for the proxy")
                        .sending(LeakPackets::shadows),
                Injection.of("L30", "fragments, IP options, source routes, extension headers")
                        .sending(LeakPackets::fragments));
    }

    /** A port that the appliance has none of its own at: one of a few of the class, for each that sends a datagram into the tunnel is a flow until it has been idle for long. */
    private static int port(int number, Random dice) {
        return Places.STRANGERS_PORTS + number * 8 + dice.nextInt(4);
    }

    private static void names(World w, Random dice) {
        List<String> far = new ArrayList<>(List.of(Places.WAN_ISP4, FAR4, "1.1.1.1", Places.WAN_ISP6, FAR6));
        // For these the filter has a way past the tunnel; it is the appliance's own.
        far.addAll(Places.NAME_SERVERS);
        for (String to : far) {
            for (Sender from : Sender.all(w)) {
                from.udp(w, port(14, dice), to, 53, Packets.dnsQuery(dice.nextInt(65_536), 14));
                from.tcp(w, port(14, dice), to, 53, SYN, new byte[0]);
            }
        }
        // The local network may be reached; its name server may not.
        for (Sender from : List.of(Sender.box(w), Sender.gateway(w))) {
            for (String to : List.of(Places.LAN_HOST4, Places.LAN_HOST6)) {
                from.udp(w, port(14, dice), to, 53, Packets.dnsQuery(dice.nextInt(65_536), 14));
                from.tcp(w, port(14, dice), to, 53, SYN, new byte[0]);
            }
        }
    }

    private static void hiddenNames(World w, Random dice) {
        for (String to : List.of("1.1.1.1", FAR4, FAR6)) {
            for (Sender from : Sender.all(w)) {
                for (int port : new int[] {784, 853, 443}) {
                    from.udp(w, port(15, dice), to, port, Packets.mark(15));
                    from.tcp(w, port(15, dice), to, port, SYN, new byte[0]);
                }
            }
        }
    }

    private static void discovery(World w, Random dice) {
        int[] ports = {5353, 5355, 137, 1900};
        List<List<String>> groups = List.of(
                List.of("224.0.0.251", "224.0.0.252", "45.80.1.255", "239.255.255.250"),
                List.of("ff02::fb", "ff02::1:3", "ff02::1", "ff02::c"));
        for (int i = 0; i < ports.length; i++) {
            Sender.box(w).udp(w, ports[i], groups.getFirst().get(i), ports[i], Packets.mark(16));
            Sender.client(w).udp(w, ports[i], groups.getFirst().get(i), ports[i], Packets.mark(16));
            for (List<String> family : groups) {
                Sender.boxByTheLine(w).udp(w, ports[i], family.get(i), ports[i], Packets.mark(16));
            }
        }
    }

    private static void transition(World w, Random dice) {
        byte[] inner = Packets.ipv4(
                UDP,
                InetAddress.ofLiteral(Places.WAN_GW4),
                InetAddress.ofLiteral(FAR4),
                0,
                new byte[0],
                Packets.udp(1, 2, Packets.mark(18)));
        for (Sender from : Sender.all(w)) {
            for (String to : List.of(FAR4, FAR6)) {
                for (int protocol : new int[] {41, 47, 50, 4, 132, 253}) {
                    from.send(w, protocol, to, protocol == 4 ? inner : Packets.mark(18));
                }
            }
            from.udp(w, 3544, FAR4, 3544, Packets.mark(18));
        }
    }

    /** Segments of nobody's connections among them: what a program could send that has got into the middle of one. */
    private static void toTheProxy(World w, Random dice) {
        for (Sender from : Sender.all(w)) {
            for (int port : new int[] {Places.RELAY_PORT, Places.CLOCKED_PORT, 22, 443}) {
                from.udp(w, port(25, dice), Places.RELAY4, port, Packets.mark(25));
                from.tcp(w, port(25, dice), Places.RELAY4, port, SYN, new byte[0]);
                from.tcp(w, port(25, dice), Places.RELAY4, port, ACK | PSH, Packets.mark(25));
            }
            from.send(w, ICMP, Places.RELAY4, Packets.echo(false, 1, 25));
        }
    }

    private static void shadows(World w, Random dice) {
        int[] ports = ownPorts(w, dice);
        for (int i = 0; i < SHADOWS; i += 2) {
            int port = ports[i / 2 % ports.length];
            Sender.client(w).tcp(w, port, Places.RELAY4, Places.RELAY_PORT, ACK | PSH, Packets.mark(27));
            Sender.client(w)
                    .udp(
                            w,
                            ports[i / 2 % DATAGRAM_SHADOWS % ports.length],
                            Places.RELAY4,
                            Places.RELAY_PORT,
                            Packets.mark(27));
        }
    }

    private static int[] ownPorts(World w, Random dice) {
        int[] ports = w.lab.gw
                .exec("ss", "-Hnt", "dst", Places.RELAY4)
                .lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 3)
                .mapToInt(words -> Integer.parseInt(words[3].substring(words[3].lastIndexOf(':') + 1)))
                .limit(64)
                .toArray();
        return ports.length > 0 ? ports : new int[] {dice.nextInt(1024, 65_535)};
    }

    private static void fragments(World w, Random dice) {
        byte[] datagram = Packets.udp(
                port(30, dice),
                Places.COUNT_PORT,
                ByteBuffer.allocate(64).put(Packets.mark(30)).array());
        // Loose source route by the provider (RFC 791 §3.1), and router alert (RFC 2113).
        byte[] sourceRoute = {(byte) 131, 7, 4, 45, 80, 1, 1, 0};
        byte[] alert = {(byte) 148, 4, 0, 0};
        for (Sender from : Sender.all(w)) {
            InetAddress to = InetAddress.ofLiteral(FAR4);
            List.of(
                            Packets.ipv4(UDP, from.ipv4(), to, 0, alert, datagram),
                            Packets.ipv4(UDP, from.ipv4(), to, 0, sourceRoute, datagram),
                            // A first fragment of eight octets, the rest, and one that overlaps both: RFC 1858.
                            Packets.ipv4(UDP, from.ipv4(), to, MORE_FRAGMENTS, new byte[0], Arrays.copyOf(datagram, 8)),
                            Packets.ipv4(
                                    UDP,
                                    from.ipv4(),
                                    to,
                                    1,
                                    new byte[0],
                                    Arrays.copyOfRange(datagram, 8, datagram.length)),
                            Packets.ipv4(UDP, from.ipv4(), to, MORE_FRAGMENTS | 1, new byte[0], Packets.mark(30)),
                            Packets.ipv4(TCP, from.ipv4(), to, 3, new byte[0], Packets.mark(30)))
                    .forEach(packet -> from.packet(w, packet, to));
            // RFC 7112: what it is stands behind headers, or in another fragment than the first.
            byte[] hidden = Packets.extension(UDP, datagram);
            from.send(w, HOP_BY_HOP, FAR6, Packets.extension(UDP, datagram));
            from.send(w, DESTINATION_OPTIONS, FAR6, Packets.extension(DESTINATION_OPTIONS, hidden));
            from.send(w, ROUTING, FAR6, routing(datagram));
            from.send(w, FRAGMENT, FAR6, Packets.fragment(DESTINATION_OPTIONS, 0, true, Arrays.copyOf(hidden, 8)));
            from.send(
                    w,
                    FRAGMENT,
                    FAR6,
                    Packets.fragment(DESTINATION_OPTIONS, 1, false, Arrays.copyOfRange(hidden, 8, hidden.length)));
        }
    }

    /** Type 253, for experiments (RFC 4727 §3), without segments left: every host passes over it (RFC 8200 §4.4). */
    private static byte[] routing(byte[] datagram) {
        byte[] header = Packets.extension(UDP, datagram);
        header[2] = (byte) 253;
        header[3] = 0;
        return header;
    }
}

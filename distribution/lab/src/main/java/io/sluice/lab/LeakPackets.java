package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Those of L01…L35 that are packets: of the box, of its clients, or of strangers at the provider's side. */
final class LeakPackets {

    private static final int ACK = 0x10;
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int MORE_FRAGMENTS = 0x2000;

    private LeakPackets() {}

    static List<Injection> all() {
        List<Injection> all = new ArrayList<>(ofPackets());
        all.addAll(ofAttackers());
        return all;
    }

    private static List<Injection> ofPackets() {
        return List.of(
                Injection.of("L14", "DNS to the provider's resolver and to hard-coded ones")
                        .sending((w, dice) -> {
                            for (String to : List.of(Places.WAN_ISP4, "8.8.8.8", "1.1.1.1")) {
                                byte[] udp = Packets.udp(
                                        dice.nextInt(1024, 65_535), 53, Packets.dnsQuery(dice.nextInt(65_536)));
                                everywhere(w, 17, to, udp);
                                everywhere(w, 6, to, null);
                            }
                        }),
                Injection.of("L15", "DoT, DoH and DoQ to an address").sending((w, dice) -> {
                    for (int port : new int[] {784, 853, 443}) {
                        everywhere(w, 17, "1.1.1.1", Packets.udp(dice.nextInt(1024, 65_535), port, Packets.mark()));
                    }
                }),
                Injection.of("L16", "mDNS, LLMNR, NetBIOS, SSDP by the box on the line")
                        .sending((w, dice) -> {
                            int[] ports = {5353, 5355, 137, 1900};
                            List<String> groups =
                                    List.of("224.0.0.251", "224.0.0.252", "45.80.1.255", "239.255.255.250");
                            for (int i = 0; i < ports.length; i++) {
                                send(
                                        w,
                                        w.lab.gw,
                                        Places.WAN_GW4,
                                        17,
                                        groups.get(i),
                                        Packets.udp(ports[i], ports[i], Packets.mark()));
                            }
                        }),
                Injection.of("L18", "6in4, GRE, ESP, IP in IP, SCTP, an unknown protocol, Teredo")
                        .sending((w, dice) -> {
                            for (int protocol : new int[] {41, 47, 50, 4, 132, 253}) {
                                byte[] payload = Packets.mark();
                                if (protocol == 4) {
                                    payload = Packets.ipv4(
                                            17,
                                            InetAddress.ofLiteral(Places.WAN_GW4),
                                            InetAddress.ofLiteral("8.8.8.8"),
                                            0,
                                            new byte[0],
                                            Packets.udp(1, 2, Packets.mark()));
                                }
                                everywhere(w, protocol, "8.8.8.8", payload);
                            }
                            everywhere(w, 17, "8.8.8.8", Packets.udp(3544, 3544, Packets.mark()));
                        }),
                Injection.of("L25", "others send to the proxy server's address").sending((w, dice) -> {
                    for (int port : new int[] {Places.RELAY_PORT, 22, 443}) {
                        everywhere(w, 17, Places.RELAY4, Packets.udp(dice.nextInt(1024, 65_535), port, Packets.mark()));
                    }
                    everywhere(w, 1, Places.RELAY4, Packets.echo(false, 1));
                }),
                Injection.of("L26", "the client connects to another port of the proxy server's address")
                        .sending((w, dice) -> {
                            byte[] syn = Packets.tcp(
                                    InetAddress.ofLiteral(Places.LAN_HOST4),
                                    InetAddress.ofLiteral(Places.RELAY4),
                                    dice.nextInt(1024, 65_535),
                                    8443,
                                    SYN,
                                    new byte[0]);
                            send(w, w.lab.lan, Places.LAN_HOST4, 6, Places.RELAY4, syn);
                        }),
                Injection.of("L27", "the client sends from the port that the box uses for the proxy")
                        .sending((w, dice) -> {
                            for (int port : ownPorts(w, dice)) {
                                byte[] payload = Packets.tcp(
                                        InetAddress.ofLiteral(Places.LAN_HOST4),
                                        InetAddress.ofLiteral(Places.RELAY4),
                                        port,
                                        Places.RELAY_PORT,
                                        ACK,
                                        Packets.mark());
                                send(w, w.lab.lan, Places.LAN_HOST4, 6, Places.RELAY4, payload);
                                byte[] udp = Packets.udp(port, Places.RELAY_PORT, Packets.mark());
                                send(w, w.lab.lan, Places.LAN_HOST4, 17, Places.RELAY4, udp);
                            }
                        }),
                Injection.of("L30", "fragments, IP options, source routes").sending((w, dice) -> fragments(w, dice)));
    }

    private static List<Injection> ofAttackers() {
        return List.of(
                Injection.of("L23", "CVE-2019-14899: segments to the tunnel's addresses from both sides")
                        .breaking((w, dice) -> {
                            for (int i = 0; i < 50; i++) {
                                // Every fifth asks the gateway to carry a stranger's connection into the tunnel.
                                String to = i % 5 == 4 ? "8.8.8.8" : "172.19.0." + dice.nextInt(0, 4);
                                int flags = i % 5 == 4 ? SYN : new int[] {SYN | ACK, RST, ACK}[i % 3];
                                byte[] segment = Packets.tcp(
                                        InetAddress.ofLiteral(Places.WAN_ISP4),
                                        InetAddress.ofLiteral(to),
                                        443,
                                        dice.nextInt(1024, 65_535),
                                        flags,
                                        new byte[0]);
                                w.sendIpv4(w.lab.wan, packet(Places.WAN_ISP4, to, 6, segment), Places.WAN_GW4);
                            }
                            Waiting.pause(20);
                        }),
                Injection.of("L24", "ARP and neighbour solicitations for the tunnel's addresses")
                        .breaking((w, dice) -> {
                            byte[] mac = w.lab.mac(w.lab.wan, "isp0");
                            int index = w.lab.index(w.lab.wan, "isp0");
                            for (int last = 0; last < 4; last++) {
                                w.raw(w.lab.wan, RawSocket.AF_PACKET, 0x0003)
                                        .sendFrame(
                                                Packets.arpRequest(
                                                        mac,
                                                        InetAddress.ofLiteral(Places.WAN_ISP4),
                                                        InetAddress.ofLiteral("172.19.0." + last)),
                                                index);
                                InetAddress whose = InetAddress.ofLiteral("fdfe:dcba:9876::" + last);
                                byte[] octets = whose.getAddress();
                                InetAddress group = InetAddress.ofLiteral("ff02::1:ff%02x:%02x%02x"
                                        .formatted(octets[13] & 0xff, octets[14] & 0xff, octets[15] & 0xff));
                                w.raw(w.lab.wan, RawSocket.AF_INET6, RawSocket.IPPROTO_ICMPV6)
                                        .multicast(index, 255)
                                        .send(Packets.neighbourSolicitation(whose), group, index);
                            }
                            Waiting.pause(20);
                        }),
                Injection.of("L32", "the provider's side probes the box's ports")
                        .breaking((w, dice) -> {
                            for (int i = 0; i < 256; i++) {
                                int port = dice.nextInt(1, 65_536);
                                byte[] syn = Packets.tcp(
                                        InetAddress.ofLiteral(Places.WAN_ISP4),
                                        InetAddress.ofLiteral(Places.WAN_GW4),
                                        dice.nextInt(1024, 65_535),
                                        i == 0 ? 9080 : port,
                                        SYN,
                                        new byte[0]);
                                w.sendIpv4(w.lab.wan, packet(Places.WAN_ISP4, Places.WAN_GW4, 6, syn), Places.WAN_GW4);
                                byte[] udp = Packets.udp(dice.nextInt(1024, 65_535), port, Packets.mark());
                                w.sendIpv4(w.lab.wan, packet(Places.WAN_ISP4, Places.WAN_GW4, 17, udp), Places.WAN_GW4);
                            }
                            Waiting.pause(20);
                        }));
    }

    private static int[] ownPorts(World w, Random dice) {
        int[] ports = w.lab.gw
                .exec("ss", "-Hnt", "dst", Places.RELAY4)
                .lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 3)
                .mapToInt(words -> Integer.parseInt(words[3].substring(words[3].lastIndexOf(':') + 1)))
                .limit(8)
                .toArray();
        return ports.length > 0 ? ports : new int[] {dice.nextInt(1024, 65_535)};
    }

    private static byte[] packet(String from, String to, int protocol, byte[] payload) {
        return Packets.ipv4(protocol, InetAddress.ofLiteral(from), InetAddress.ofLiteral(to), 0, new byte[0], payload);
    }

    private static void send(World w, NetworkNamespace from, String source, int protocol, String to, byte[] payload) {
        w.sendIpv4(from, packet(source, to, protocol, payload), to);
    }

    /** From the client and from the box itself. A null payload of TCP is a SYN to port 53. */
    private static void everywhere(World w, int protocol, String to, byte[] payload) {
        for (NetworkNamespace from : List.of(w.lab.lan, w.lab.gw)) {
            String source = from == w.lab.lan ? Places.LAN_HOST4 : Places.WAN_GW4;
            byte[] octets = payload != null
                    ? payload
                    : Packets.tcp(
                            InetAddress.ofLiteral(source), InetAddress.ofLiteral(to), 40_053, 53, SYN, new byte[0]);
            send(w, from, source, protocol, to, octets);
        }
    }

    private static void fragments(World w, Random dice) {
        byte[] datagram = Packets.udp(
                dice.nextInt(1024, 65_535),
                4444,
                ByteBuffer.allocate(64).put(Packets.mark()).array());
        // Loose source route by the provider (RFC 791 §3.1), and router alert (RFC 2113).
        byte[] sourceRoute = {(byte) 131, 7, 4, 45, 80, 1, 1, 0};
        byte[] alert = {(byte) 148, 4, 0, 0};
        for (NetworkNamespace from : List.of(w.lab.lan, w.lab.gw)) {
            InetAddress source = InetAddress.ofLiteral(from == w.lab.lan ? Places.LAN_HOST4 : Places.WAN_GW4);
            InetAddress to = InetAddress.ofLiteral("8.8.8.8");
            List<byte[]> packets = List.of(
                    Packets.ipv4(17, source, to, 0, alert, datagram),
                    Packets.ipv4(17, source, to, 0, sourceRoute, datagram),
                    // A first fragment of eight octets, the rest, and one that overlaps both: RFC 1858.
                    Packets.ipv4(17, source, to, MORE_FRAGMENTS, new byte[0], Arrays.copyOf(datagram, 8)),
                    Packets.ipv4(17, source, to, 1, new byte[0], Arrays.copyOfRange(datagram, 8, datagram.length)),
                    Packets.ipv4(17, source, to, MORE_FRAGMENTS | 1, new byte[0], Packets.mark()),
                    Packets.ipv4(6, source, to, 3, new byte[0], Packets.mark()));
            packets.forEach(packet -> w.sendIpv4(from, packet, "8.8.8.8"));
        }
    }
}

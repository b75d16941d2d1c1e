package io.sluice.lab;

import java.net.InetAddress;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Those of L01…L35 that are packets of strangers on the line, or on the local network. */
final class Attackers {

    /** Of each of L23's injections: 30 of them are 10,000 probes. */
    private static final int PROBES = 334;

    /** Of each of L32's injections: 30 of them are every port there is. */
    private static final int SWEEP = (65_535 + 29) / 30;

    /** Services of datagrams that scanners look for first; with the swept ones more than the row's hundred. */
    private static final int[] DATAGRAMS = {
        7, 9, 17, 19, 49, 53, 67, 68, 69, 80, 88, 111, 120, 123, 135, 136, 137, 138, 139, 158, 161, 162, 177, 427, 443,
        445, 497, 500, 514, 515, 518, 520, 593, 623, 626, 631, 996, 997, 998, 999, 1022, 1023, 1025, 1026, 1027, 1028,
        1029, 1030, 1433, 1434, 1645, 1646, 1701, 1718, 1719, 1812, 1813, 1900, 2000, 2048, 2049, 2222, 2223, 3283,
        3456, 3703, 4444, 4500, 5000, 5060, 5353, 5632, 9080, 9200, 10_000, 17_185, 20_031, 30_718, 31_337, 32_768,
        32_769, 32_771, 32_815, 33_281, 49_152, 49_153, 49_154, 49_156, 49_181, 49_182, 49_185, 49_186, 49_188, 49_190,
        49_191, 49_192, 49_193, 49_194, 49_200, 49_201
    };

    private static final List<Integer> FLAGS = List.of(
            LeakPackets.SYN,
            LeakPackets.SYN | LeakPackets.ACK,
            LeakPackets.RST,
            LeakPackets.ACK,
            LeakPackets.ACK | LeakPackets.PSH);

    private Attackers() {}

    static List<Injection> all() {
        return List.of(
                Injection.of("L23", "CVE-2019-14899: segments to the tunnel's addresses from both sides")
                        .sending(Attackers::spray),
                Injection.of("L24", "ARP and neighbour solicitations for the tunnel's addresses from both sides")
                        .sending((w, dice) -> {
                            solicit(w, Sender.provider(w), "isp0");
                            solicit(w, Sender.client(w), "up0");
                        }),
                Injection.of("L32", "the provider's side probes the box's ports")
                        .sending(Attackers::sweep));
    }

    private static void spray(World w, Random dice) {
        reversePathFilter(w, dice.nextBoolean() ? 2 : 0);
        List<Sender> sides = List.of(Sender.provider(w), Sender.client(w));
        for (int i = 0; i < PROBES; i++) {
            Sender from = sides.get(i % 2);
            // To a stranger's port from a well-known one, as the answer of a server would come.
            int port = dice.nextInt(1024, 65_536);
            if (i % 10 == 8) {
                // The gateway is asked to carry a stranger's connection into the tunnel.
                Sender.provider(w).tcp(w, 443, "8.8.8.8", port, LeakPackets.SYN, new byte[0]);
                continue;
            }
            int last = i / 2 % 4;
            String to = i % 5 == 4 ? Places.tun6(last) : Places.tun4(last);
            int flags = FLAGS.get(dice.nextInt(FLAGS.size()));
            byte[] payload = (flags & LeakPackets.PSH) == 0 ? new byte[0] : Packets.mark(23);
            by(
                    w,
                    from,
                    to,
                    Packets.tcp(
                            from.address(InetAddress.ofLiteral(to)),
                            InetAddress.ofLiteral(to),
                            443,
                            port,
                            flags,
                            payload));
        }
        Waiting.pause(10);
        reversePathFilter(w, 0);
    }

    private static void reversePathFilter(World w, int value) {
        for (String device : List.of("all", "wan0", "lan0")) {
            Lab.sysctl(w.lab.gw, "net.ipv4.conf." + device + ".rp_filter=" + value);
        }
    }

    /** Next to the gateway, whatever its own routes say of that address. */
    private static void by(World w, Sender from, String to, byte[] segment) {
        InetAddress there = InetAddress.ofLiteral(to);
        boolean client = from.where() == w.lab.lan;
        String gateway = there.getAddress().length == 4
                ? client ? Places.LAN_GW4 : Places.WAN_GW4
                : client ? Places.LAN_GW6 : Places.WAN_GW6;
        byte[] packet = there.getAddress().length == 4
                ? Packets.ipv4(6, from.ipv4(), there, 0, new byte[0], segment)
                : Packets.ipv6(6, from.ipv6(), there, segment);
        from.packet(w, packet, InetAddress.ofLiteral(gateway));
    }

    private static void solicit(World w, Sender from, String device) {
        byte[] mac = w.lab.mac(from.where(), device);
        int index = w.lab.index(from.where(), device);
        RawSocket frames = w.raw(from.where(), RawSocket.AF_PACKET, 0x0003);
        RawSocket messages = w.raw(from.where(), RawSocket.AF_INET6, RawSocket.IPPROTO_ICMPV6)
                .multicast(index, 255);
        for (int last = 0; last < 4; last++) {
            frames.sendFrame(Packets.arpRequest(mac, from.ipv4(), InetAddress.ofLiteral(Places.tun4(last))), index);
            InetAddress whose = InetAddress.ofLiteral(Places.tun6(last));
            byte[] octets = whose.getAddress();
            // RFC 4291 §2.7.1.
            InetAddress group = InetAddress.ofLiteral(
                    "ff02::1:ff%02x:%02x%02x".formatted(octets[13] & 0xff, octets[14] & 0xff, octets[15] & 0xff));
            messages.send(Packets.neighbourSolicitation(whose, mac), group, index);
        }
    }

    private static void sweep(World w, Random dice) {
        Sender from = Sender.provider(w);
        for (int port : w.sweep(SWEEP)) {
            for (String to : List.of(Places.WAN_GW4, Places.WAN_GW6)) {
                from.tcp(w, dice.nextInt(1024, 65_536), to, port, LeakPackets.SYN, new byte[0]);
            }
        }
        IntStream.concat(IntStream.of(DATAGRAMS), dice.ints(8, 1, 65_536))
                .forEach(port -> from.udp(w, dice.nextInt(1024, 65_536), Places.WAN_GW4, port, Packets.mark(32)));
    }
}

package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** L06, L07, L17, L19, L21, L22, L31, L33: another network, and what the provider or a stranger on the line says of the ways. */
final class NetworkTrouble {

    /** The catalogue's figures, L17 and L07. */
    private static final Duration REFUSED = Duration.ofSeconds(1);

    private static final Duration RECONNECTED = Duration.ofSeconds(5);

    /** From then on it is not late any more but silent, in milliseconds. */
    private static final int NOT_REFUSED = 10_000;

    private NetworkTrouble() {}

    static List<Injection> all() {
        return List.of(
                suspended(true),
                Injection.of(
                                "L07",
                                "the default route moves to another line, the gateway is another box, or the lease another")
                        .within(5)
                        .breaking(NetworkTrouble::otherNetwork)
                        .healing((w, dice) -> {
                            w.lab.mend();
                            gateway(w);
                        }),
                Injection.of(
                                "L17",
                                "a router advertises IPv6 addresses, routes and a resolver, also where the tunnel carries no IPv6")
                        .breaking((w, dice) -> {
                            if (dice.nextBoolean()) {
                                w.apply(w.config().withIpv6(false));
                                // What is acknowledged is on its way into force.
                                Waiting.until(
                                        "IPv6 to leave the tunnel's routes",
                                        () -> !w.lab.gw
                                                .exec("sh", "-c", "ip -6 route show table 2022 2>/dev/null || true")
                                                .contains("default"));
                                refusedAtOnce(w);
                            }
                            advertise(w, "2a0e:1c80:66::", "::", 0);
                            if (!w.config().ipv6()) {
                                refusedAtOnce(w);
                            }
                        })
                        .healing((w, dice) -> withdraw(w))
                        .restoring((w, dice) -> w.apply(w.config().withIpv6(true))),
                Injection.of("L19", "LocalNet: the canary's network is on the link, which the allowance is for")
                        .breaking(NetworkTrouble::localNet)
                        .healing((w, dice) -> Lab.sysctl(w.lab.wan, "net.ipv4.conf.isp0.proxy_arp=0")),
                Injection.of("L21", "TunnelVision: DHCP options 121, 249 and 33 route the canaries past the tunnel")
                        .breaking(NetworkTrouble::tunnelVision)
                        .healing((w, dice) -> {
                            for (String route :
                                    List.of("0.0.0.0/1", "128.0.0.0/1", Places.CANARY4.getFirst() + "/32")) {
                                w.lab.gw.exec("sh", "-c", "ip route del " + route + " dev wan0 || true");
                            }
                        }),
                Injection.of(
                                "L22",
                                "TunnelVision by IPv6: route information options and redirects lead to the attacker")
                        .breaking((w, dice) -> {
                            advertise(w, "2a0e:1c80:67::", "2000::", 3);
                            redirect(w);
                            advertise(w, "2a0e:1c80:67::", dice.nextBoolean() ? "::" : "8000::", 1);
                        })
                        .healing((w, dice) -> withdraw(w)),
                Injection.of("L31", "the proxy server is dead: the client's packets have no way but past the tunnel")
                        // No figure in the row; F03's.
                        .within(5)
                        .breaking((w, dice) -> {
                            w.lab.relay.exec("ip", "link", "set", "up0", "down");
                            Waiting.pause(dice.nextInt(100, 400));
                            localNetworks(w);
                        })
                        .healing((w, dice) -> {
                            w.lab.relay.exec("ip", "link", "set", "up0", "up");
                            w.lab.relay.exec("ip", "route", "replace", "default", "via", "45.90.7.1");
                            w.lab.relay.exec("sh", "-c", "ip addr add " + Places.RELAY6 + "/64 dev up0 || true");
                            w.lab.relay.exec("ip", "-6", "route", "replace", "default", "via", "2a0e:1c80:9::1");
                        }),
                Injection.of("L33", "an interface with a default route of its own appears")
                        .breaking((w, dice) -> {
                            secondLine(w, true);
                            w.lab.gw.exec("ip", "route", "add", "default", "via", Places.SECOND_ISP4, "metric", "1");
                            w.lab.gw.exec(
                                    "ip", "-6", "route", "add", "default", "via", Places.SECOND_ISP6, "metric", "1");
                            Waiting.pause(dice.nextInt(50, 300));
                        })
                        .healing((w, dice) -> secondLine(w, false)));
    }

    /** @param jump whether the clock can be set; else the title says that it is not */
    static Injection suspended(boolean jump) {
        return Injection.of(
                        "L06",
                        "suspend and resume: the process stands still, the line goes and comes, the clock "
                                + (jump ? "jumps" : "does not jump (--faults L06)"))
                .within(5)
                .breaking((w, dice) -> {
                    w.box.signal("STOP");
                    link(w, "down");
                    Waiting.pause(dice.nextInt(50, 400));
                    w.clock.ifPresent(clock -> clock.set(Duration.ofMinutes(dice.nextInt(1, 600))));
                })
                .healing((w, dice) -> {
                    link(w, "up");
                    gateway(w);
                    w.box.signal("CONT");
                })
                .restoring((w, dice) -> w.clock.ifPresent(clock -> clock.set(Duration.ZERO)));
    }

    private static void otherNetwork(World w, Random dice) throws IOException {
        switch (dice.nextInt(3)) {
            case 0 -> {
                secondLine(w, true);
                w.lab.gw.exec("ip", "route", "replace", "default", "via", Places.SECOND_ISP4);
                w.lab.gw.exec("ip", "-6", "route", "replace", "default", "via", Places.SECOND_ISP6);
                Waiting.pause(dice.nextInt(100, 400));
                Duration took = w.recovery(Round.LEAST_PATIENCE)
                        .orElseThrow(() -> new IllegalStateException("it does not carry by the other line"));
                w.figure("byTheOtherLineMillis", took, RECONNECTED);
            }
            case 1 -> otherGateway(w, dice);
            default -> otherLease(w);
        }
    }

    /** Another box has the gateway's addresses from now on, and says so (RFC 5944 §4.6 calls that a gratuitous ARP). */
    private static void otherGateway(World w, Random dice) {
        w.lab.wan.exec("ip", "link", "set", "isp0", "address", "02:53:4c:00:00:%02x".formatted(dice.nextInt(1, 256)));
        int index = w.lab.index(w.lab.wan, "isp0");
        byte[] mac = w.lab.mac(w.lab.wan, "isp0");
        InetAddress gateway = InetAddress.ofLiteral(Places.WAN_ISP4);
        w.raw(w.lab.wan, RawSocket.AF_PACKET, 0x0003).sendFrame(Packets.arpRequest(mac, gateway, gateway), index);
        // The neighbours of IPv6 ask again by themselves.
        w.lab.wan.exec("ip", "-6", "neigh", "flush", "dev", "isp0");
        w.lab.gw.exec("ip", "-6", "neigh", "flush", "dev", "wan0");
    }

    /** The provider's server gives another address, and the one before is gone. */
    private static void otherLease(World w) throws IOException {
        String words = """
            #!/bin/sh
            [ "$1" = bound ] || exit 0
            ip addr replace "$ip/24" dev wan0
            ip addr del %s/24 dev wan0
            ip addr replace "$ip/24" dev wan0
            ip route replace default via $router
            """.formatted(Places.WAN_GW4);
        lease(w, "address", words, "router");
        if (w.lab.gw.exec("ip", "addr", "show", "dev", "wan0").contains(Places.WAN_GW4 + "/")) {
            throw new IllegalStateException("the lease brought no other address");
        }
    }

    /** Dual-stack clients go on with IPv4 only if IPv6 is refused: RFC 8305 §5. */
    private static void refusedAtOnce(World w) {
        for (int i = 0; i < 3; i++) {
            long begun = System.nanoTime();
            String end = Lab.onThread(w.lab.lan, () -> {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(Places.CANARY6.getFirst(), 443), NOT_REFUSED);
                    return "it connects";
                } catch (IOException e) {
                    return e.getMessage();
                }
            });
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            w.figure("ipv6RefusedMillis", took, REFUSED);
            if (!end.equals("Connection refused")) {
                throw new IllegalStateException(
                        "IPv6, which the tunnel does not carry: " + end + " after " + took.toMillis() + " ms");
            }
        }
    }

    /**
     * The line is what the allowance is for, and its network is the canaries'. The everyday canaries are silent meanwhile, for those to groups of the local network may pass
     * now; what may not is looked at here.
     */
    private static void localNet(World w, Random dice) throws IOException {
        w.quiet(true);
        w.apply(w.config().withLanInterfaces(List.of()));
        try {
            Lab.sysctl(w.lab.wan, "net.ipv4.conf.isp0.proxy_arp=1");
            Lab.address(w.lab.gw, "8.8.8.77/24", "wan0");
            Waiting.pause(100);
            w.baseline();
            for (int i = 0; i < 4; i++) {
                for (Sender from : Sender.all(w)) {
                    from.udp(w, Places.STRANGERS_PORTS + 19, "8.8.8.8", Places.COUNT_PORT, Packets.mark(19));
                    from.tcp(
                            w,
                            Places.STRANGERS_PORTS + dice.nextInt(4_000),
                            "8.8.8.8",
                            443,
                            LeakPackets.SYN,
                            new byte[0]);
                    from.send(w, 1, "8.8.8.8", Packets.echo(false, i, 19));
                }
                Waiting.pause(dice.nextInt(10, 50));
            }
            List<Capture.Sighting> seen = w.sightings().stream()
                    .filter(sighting -> sighting.what().contains("8.8.8."))
                    .toList();
            if (!seen.isEmpty()) {
                throw new IllegalStateException("leaked to the network on the link: " + seen);
            }
        } finally {
            w.lab.gw.exec("ip", "addr", "del", "8.8.8.77/24", "dev", "wan0");
            w.apply(w.config().withLanInterfaces(Places.LAN_DEVICES));
            w.baseline();
            w.quiet(false);
        }
    }

    /** What is between local networks has nothing to do with the tunnel. */
    private static void localNetworks(World w) throws IOException {
        try (ServerSocket office = Lab.onThread(w.lab.office, () -> new ServerSocket(Places.DISCARD_PORT));
                Socket client = Lab.connected(w.lab.lan, Places.OFFICE4, Places.DISCARD_PORT);
                Socket accepted = office.accept()) {
            if (!accepted.getInetAddress().equals(client.getLocalAddress())) {
                throw new IllegalStateException("one local network reaches the other by way of " + accepted);
            }
        }
    }

    static void link(World w, String state) {
        w.lab.gw.exec("ip", "link", "set", "wan0", state);
        if (state.equals("up")) {
            // IPv6 addresses go with the link.
            w.lab.gw.exec("sh", "-c", "ip addr add " + Places.WAN_GW6 + "/64 dev wan0 2>/dev/null || true");
        }
    }

    static void gateway(World w) {
        w.lab.gw.exec("ip", "route", "replace", "default", "via", Places.WAN_ISP4);
        w.lab.gw.exec("ip", "-6", "route", "replace", "default", "via", Places.WAN_ISP6);
    }

    private static void secondLine(World w, boolean in) {
        NetworkNamespace from = in ? w.lab.drawer : w.lab.gw;
        NetworkNamespace to = in ? w.lab.gw : w.lab.drawer;
        from.exec("ip", "link", "set", "wan1", "netns", to.name());
        if (in) {
            Lab.address(w.lab.gw, Places.SECOND_GW4 + "/24", "wan1");
            Lab.address(w.lab.gw, Places.SECOND_GW6 + "/64", "wan1");
            w.lab.gw.exec("ip", "link", "set", "wan1", "up");
        }
    }

    private static void advertise(World w, String prefix, String route, int length) {
        int index = w.lab.index(w.lab.wan, "isp0");
        w.raw(w.lab.wan, RawSocket.AF_INET6, RawSocket.IPPROTO_ICMPV6)
                .multicast(index, 255)
                .send(
                        Packets.routerAdvertisement(
                                120, InetAddress.ofLiteral(prefix), InetAddress.ofLiteral(route), length),
                        InetAddress.ofLiteral("ff02::1"),
                        index);
        boolean taken = Waiting.within(Duration.ofSeconds(5), () -> {
            String routes = w.lab.gw.exec("ip", "-6", "route", "show", "proto", "ra");
            String addresses = w.lab.gw.exec("ip", "-6", "addr", "show", "dev", "wan0");
            return routes.contains(length == 0 ? "default" : route + "/" + length)
                    && addresses.contains(prefix.replace("::", ":"));
        });
        if (!taken) {
            throw new IllegalStateException("the gateway's kernel does not take the advertisement of " + route + "/"
                    + length + " and " + prefix);
        }
        Waiting.pause(100);
    }

    /** By the router that the route leads to, as the kernel wants it (RFC 4861 §8.1). One that forwards takes none. */
    private static void redirect(World w) {
        int index = w.lab.index(w.lab.wan, "isp0");
        String[] words = w.lab.wan
                .exec("ip", "-br", "-6", "address", "show", "dev", "isp0", "scope", "link")
                .strip()
                .split("[\\s/]+");
        InetAddress router = InetAddress.ofLiteral(words[2]);
        w.raw(w.lab.wan, RawSocket.AF_INET6, RawSocket.IPPROTO_ICMPV6)
                .multicast(index, 255)
                .send(
                        Packets.redirect(router, InetAddress.ofLiteral(Places.CANARY6.getFirst())),
                        InetAddress.ofLiteral("ff02::1"),
                        index);
    }

    private static void withdraw(World w) {
        w.lab.gw.exec(
                "sh",
                "-c",
                "ip -6 route flush proto ra; ip -6 addr flush dev wan0 dynamic;"
                        + " for n in 66 67; do ip -6 route del 2a0e:1c80:$n::/64 dev wan0 2>/dev/null; done;"
                        + " ip -6 route replace default via " + Places.WAN_ISP6);
    }

    /**
     * A lease of the provider's server, with the client's own script setting the routes that come with one of the options: 121 (RFC 3442), 249 (the same by
     * another vendor), 33 (RFC 2132 §5.8; a pair of it has a stroke between).
     */
    private static void tunnelVision(World w, Random dice) throws IOException {
        String option = List.of("121", "249", "33").get(dice.nextInt(3));
        String variable = Map.of("121", "staticroutes", "249", "msstaticroutes", "33", "routes")
                .get(option);
        lease(w, option, """
                #!/bin/sh
                [ "$1" = bound ] || [ "$1" = renew ] || exit 0
                set -- $(echo "$%s" | sed 's#\\([0-9.]\\{7,\\}\\)/\\([0-9.]\\{7,\\}\\)#\\1 \\2#g')
                while [ $# -ge 2 ]; do ip route replace "$1" via "$2" dev wan0; shift 2; done
                """.formatted(variable), option);
        String evil = option.equals("33") ? Places.CANARY4.getFirst() : "0.0.0.0/1";
        if (!w.lab.gw.exec("ip", "route", "show", "dev", "wan0").contains(evil + " via")) {
            throw new IllegalStateException("the lease brought no routes by option " + option);
        }
        Waiting.pause(dice.nextInt(50, 200));
    }

    /** A lease of the provider's server, for which this script of the client's does what it wants. */
    private static void lease(World w, String name, String words, String option) throws IOException {
        Path script = w.folder.resolve("lease-" + name + ".sh");
        if (!Files.exists(script)) {
            Files.writeString(script, words);
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        w.lab.gw.exec(
                "udhcpc", "-i", "wan0", "-n", "-q", "-f", "-t", "4", "-T", "1", "-O", option, "-s", script.toString());
    }
}

package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** L01…L35: what may lead a packet past the tunnel; those that are packets themselves are in {@link LeakPackets}. */
final class LeakClasses {

    private LeakClasses() {}

    static List<Injection> all() {
        List<Injection> all = new ArrayList<>();
        all.addAll(ofTheProcess());
        all.addAll(ofTheNetwork());
        all.addAll(LeakPackets.all());
        all.addAll(notHere());
        return all;
    }

    private static List<Injection> ofTheProcess() {
        return List.of(
                Injection.of("L01", "nothing happens").breaking((w, dice) -> Waiting.pause(300)),
                Injection.of("L02", "kill -9 of the JVM")
                        .within(10)
                        .breaking((w, dice) -> w.box.kill("KILL"))
                        .healing((w, dice) -> restart(w, dice)),
                Injection.of("L03", "the kernel's out-of-memory killer takes the JVM, it crashes, or stands still")
                        .within(10)
                        .breaking(LeakClasses::crash)
                        .healing((w, dice) -> restart(w, dice)),
                Injection.of(
                                "L04",
                                "the host boots: the rules of the boot before any traffic, the appliance long after")
                        .within(10)
                        .chainGoes()
                        .breaking((w, dice) -> boot(w))
                        .healing((w, dice) -> {
                            w.lab.mend();
                            w.quiet(false);
                            restart(w, dice);
                        }),
                Injection.of("L05", "SIGTERM: the appliance shuts down, the network stays")
                        .within(10)
                        .breaking((w, dice) -> w.box.kill("TERM"))
                        .healing((w, dice) -> restart(w, dice)),
                Injection.of(
                                "L34",
                                "the kernel refuses the rules: the appliance is started without the right to set them")
                        .within(10)
                        .breaking(LeakClasses::powerless)
                        .healing((w, dice) -> {
                            w.box.kill("KILL");
                            restart(w, dice);
                        }),
                Injection.of("L08", "another proxy server")
                        .within(5)
                        .breaking((w, dice) -> w.apply(w.config()
                                .withRelay(
                                        w.config().relay().equals(Places.RELAY4)
                                                ? Places.OTHER_RELAY4
                                                : Places.RELAY4))),
                Injection.of("L09", "firewall-relevant settings are changed in random order")
                        .within(5)
                        .breaking((w, dice) -> {
                            GatewayConfig now = w.config();
                            w.apply(new GatewayConfig(
                                    "lockdown",
                                    now.protocol(),
                                    now.relay(),
                                    dice.nextBoolean() ? 1500 : 1400,
                                    dice.nextBoolean(),
                                    dice.nextBoolean() ? Places.NAME_SERVERS : Places.NAME_SERVERS.reversed(),
                                    true,
                                    dice.nextBoolean()));
                        }),
                Injection.of("L10", "bundles are stopped and started under load")
                        .within(5)
                        .breaking(BundleTrouble::swap),
                Injection.of("L11", "bundles are updated under load").within(5).breaking(BundleTrouble::update),
                Injection.of("L13", "flows of the time before the kill switch are still known to the kernel")
                        .within(10)
                        .chainGoes()
                        .breaking(LeakClasses::staleFlows));
    }

    private static List<Injection> ofTheNetwork() {
        return List.of(
                Injection.of(
                                "L06",
                                "suspend and resume: the process stands still, the line goes and comes, the clock jumps")
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
                        .restoring((w, dice) -> w.clock.ifPresent(clock -> clock.set(Duration.ZERO))),
                Injection.of("L07", "the default route moves to another line")
                        .within(5)
                        .breaking((w, dice) -> {
                            secondLine(w, true);
                            w.lab.gw.exec("ip", "route", "replace", "default", "via", Places.SECOND_ISP4);
                            w.lab.gw.exec("ip", "-6", "route", "replace", "default", "via", Places.SECOND_ISP6);
                            Waiting.pause(dice.nextInt(100, 400));
                        })
                        .healing((w, dice) -> {
                            gateway(w);
                            secondLine(w, false);
                        }),
                Injection.of("L12", "nft flush ruleset")
                        .chainGoes()
                        .breaking((w, dice) -> w.lab.gw.exec("nft", "flush", "ruleset")),
                Injection.of("L17", "a router advertises IPv6 addresses and routes in the middle of it")
                        .breaking((w, dice) -> advertise(w, "2a0e:1c80:66::", "::", 0))
                        .healing((w, dice) -> withdraw(w)),
                Injection.of("L19", "LocalNet: the canary's network is on the link")
                        .breaking((w, dice) -> {
                            Lab.sysctl(w.lab.wan, "net.ipv4.conf.isp0.proxy_arp=1");
                            Lab.address(w.lab.gw, "8.8.8.77/24", "wan0");
                            Waiting.pause(100);
                        })
                        .healing((w, dice) -> w.lab.gw.exec("ip", "addr", "del", "8.8.8.77/24", "dev", "wan0")),
                Injection.of("L20", "ServerIP: the proxy's name leads to the canary's address")
                        .within(8)
                        .breaking((w, dice) -> {
                            GatewayConfig before = w.config();
                            w.apply(before.withRelay(Places.WEB4));
                            Waiting.pause(200);
                            w.apply(before);
                        }),
                Injection.of("L21", "TunnelVision: DHCP options 121, 249 and 33 route the canaries past the tunnel")
                        .breaking(LeakClasses::tunnelVision)
                        .healing((w, dice) -> {
                            for (String route :
                                    List.of("0.0.0.0/1", "128.0.0.0/1", Places.CANARY4.getFirst() + "/32")) {
                                w.lab.gw.exec("sh", "-c", "ip route del " + route + " dev wan0 || true");
                            }
                        }),
                Injection.of("L22", "TunnelVision by IPv6: a route information option sends ::/1 to the attacker")
                        .breaking((w, dice) -> {
                            advertise(w, "2a0e:1c80:67::", "2000::", 3);
                            advertise(w, "2a0e:1c80:67::", dice.nextBoolean() ? "::" : "8000::", 1);
                        })
                        .healing((w, dice) -> withdraw(w)),
                Injection.of("L31", "the proxy server is dead: the client's packets have no way but past the tunnel")
                        .within(8)
                        .breaking((w, dice) -> {
                            w.lab.relay.exec("ip", "link", "set", "up0", "down");
                            Waiting.pause(dice.nextInt(100, 400));
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

    private static List<Injection> notHere() {
        return List.of(
                Injection.absent("L28", "split tunnelling by program", "there is no split tunnelling by program"),
                Injection.absent(
                        "L29",
                        "the appliance's own checks, updates and subscriptions",
                        "it has none: each of its sockets goes to an outbound's server, which every other class"
                                + " watches"),
                Injection.absent(
                        "L35",
                        "deanonymisation by MTU and timing",
                        "a property of the protocol, described in SECURITY.md"));
    }

    private static void restart(World w, Random dice) {
        Waiting.pause(dice.nextInt(0, 300));
        w.start();
    }

    private static void crash(World w, Random dice) throws IOException {
        switch (dice.nextInt(w.memory.isPresent() ? 4 : 3)) {
            case 0 -> w.box.kill("KILL");
            case 1 -> w.box.kill("ABRT");
            case 2 -> {
                w.box.signal("STOP");
                Waiting.pause(dice.nextInt(100, 500));
                w.box.kill("KILL");
            }
            default -> w.memory.orElseThrow().exhaust(w.box.process());
        }
    }

    /** What it says then is no "connected". */
    private static void powerless(World w, Random dice) throws IOException {
        w.box.kill("KILL");
        w.box.startPowerless();
        Waiting.until("an answer", w.box::answers);
        boolean said =
                Waiting.within(Duration.ofSeconds(30), () -> w.box.tunnelState().equals("ERROR"));
        if (!said) {
            throw new IllegalStateException("it has no right to do anything, and says " + w.box.tunnelState());
        }
        Waiting.pause(dice.nextInt(0, 300));
    }

    private static void boot(World w) {
        w.box.kill("KILL");
        w.quiet(true);
        // What a boot does: nothing is there but what the unit loads, and the lines come up after it.
        for (String device : List.of("wan0", "lan0")) {
            w.lab.gw.exec("ip", "link", "set", device, "down");
        }
        w.lab.gw.exec("nft", "flush", "ruleset");
        w.lab.gw.exec("nft", "-f", w.box.data().resolve("killswitch/boot.nft").toString());
        w.lab.gw.exec("ip", "link", "set", "lan0", "up");
        Lab.address(w.lab.gw, Places.LAN_GW6 + "/64", "lan0");
        link(w, "up");
        gateway(w);
        w.quiet(false);
        Waiting.pause(200);
    }

    private static void staleFlows(World w, Random dice) throws IOException {
        w.watch.expect(false);
        w.box.rest("POST", "/killswitch:disarm", "", Map.of());
        w.box.rest("POST", "/tunnel:stop", "", Map.of());
        // Datagrams and segments of the canaries pass now, and the kernel remembers them.
        Waiting.pause(dice.nextInt(150, 300));
        w.box.rest("PUT", "/killswitch/mode", "lockdown", Map.of("Content-Type", "text/plain"));
        w.observer.outside();
        w.observer.sightings();
        w.baseline();
        Waiting.pause(300);
        w.box.rest("POST", "/tunnel:start", "", Map.of());
        w.watch.expect(true);
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
        Waiting.pause(150);
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
        Path script = w.folder.resolve("lease-" + option + ".sh");
        if (!Files.exists(script)) {
            Files.writeString(script, """
                #!/bin/sh
                [ "$1" = bound ] || [ "$1" = renew ] || exit 0
                set -- $(echo "$%s" | sed 's#\\([0-9.]\\{7,\\}\\)/\\([0-9.]\\{7,\\}\\)#\\1 \\2#g')
                while [ $# -ge 2 ]; do ip route replace "$1" via "$2" dev wan0; shift 2; done
                """.formatted(variable));
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        w.lab.gw.exec(
                "udhcpc", "-i", "wan0", "-n", "-q", "-f", "-t", "4", "-T", "1", "-O", option, "-s", script.toString());
        String evil = option.equals("33") ? Places.CANARY4.getFirst() : "0.0.0.0/1";
        if (!w.lab.gw.exec("ip", "route", "show", "dev", "wan0").contains(evil + " via")) {
            throw new IllegalStateException("the lease brought no routes by option " + option);
        }
        Waiting.pause(dice.nextInt(50, 200));
    }
}

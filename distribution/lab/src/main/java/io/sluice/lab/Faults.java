package io.sluice.lab;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** F01…F24: what breaks, and how soon the tunnel carries again. */
final class Faults {

    /** The catalogue's, F12 and F13. That it was noticed within a second, as F13 wants it, is not looked at apart. */
    private static final Duration RESTORED = Duration.ofSeconds(2);

    /**
     * The catalogue's deadline of ten seconds, F07, which is the appliance's for the proxy's answer; it begins when the connection is there, and the client, by whom it is
     * measured here, is told by a segment more: a quarter of a second for these.
     */
    private static final Duration GIVEN_UP = Duration.ofMillis(10_250);

    private Faults() {}

    static List<Injection> all() {
        List<Injection> all = new ArrayList<>();
        all.addAll(ofTheProcess());
        all.addAll(ofTheNetwork());
        all.addAll(PathTrouble.all());
        all.addAll(ofTheHost());
        all.addAll(Surroundings.all());
        all.add(FullDisk.injection());
        all.addAll(notHere());
        return all;
    }

    /** What another program may do to the device. */
    static final List<String> DAMAGE = List.of(
            "ip link delete sluice0",
            "ip link set sluice0 down",
            "ip link set sluice0 down; ip link set sluice0 name other0; ip link set other0 up",
            "ip addr flush dev sluice0",
            "ip link set sluice0 mtu 1300");

    private static List<Injection> ofTheProcess() {
        return List.of(
                Injection.of("F01", "kill -9, started again by a supervisor")
                        .within(10)
                        .breaking((w, dice) -> w.box.kill("KILL"))
                        .healing((w, dice) -> w.start()),
                Injection.of("F02", "SIGSTOP for up to a second, or for ten, SIGCONT")
                        .within(3)
                        .breaking((w, dice) -> {
                            w.box.signal("STOP");
                            Waiting.pause(dice.nextInt(8) == 0 ? 10_000 : dice.nextInt(100, 1_000));
                        })
                        .healing((w, dice) -> w.box.signal("CONT")),
                SpoiltFile.injection(),
                Injection.of("F15", "the state files are cut off, and the process killed")
                        .within(15)
                        .breaking((w, dice) -> {
                            w.box.kill("KILL");
                            cut(w.box.data().resolve("tunnel/state"), dice);
                            // Of the kill switch's two files one; where both are lost nobody knows what was before.
                            String file = dice.nextBoolean() ? "state" : "settings";
                            cut(w.box.data().resolve("killswitch").resolve(file), dice);
                        })
                        .healing((w, dice) -> w.start()),
                // The row has no figure; F01's.
                Injection.of("F16", "the process is killed in the middle of an apply")
                        .within(10)
                        .breaking(Faults::killedApply)
                        .healing((w, dice) -> {
                            w.start();
                            w.inForce(Files.readString(w.box.configFile()));
                        }),
                Injection.of(
                                "F17",
                                "a stranger's bundle throws, fills the stack, loops, leaks threads, or ends the process")
                        .within(10)
                        .breaking(BundleTrouble::misbehaving)
                        .healing((w, dice) -> {
                            if (!w.box.lives()) {
                                w.start();
                            }
                            BundleTrouble.takeAway(w);
                        }),
                Injection.of("F18", "a bundle is updated to a broken version, and back")
                        .within(5)
                        .breaking(BundleTrouble::brokenUpdate),
                // The row has no figure; F01's, from the start that is let go on.
                Injection.of("F19", "a crash loop: it is killed in the middle of its start, again and again")
                        .within(10)
                        .breaking((w, dice) -> {
                            w.box.kill("KILL");
                            for (int i = dice.nextInt(1, 4); i > 0; i--) {
                                w.box.startAndLeave();
                                Waiting.until("the process", w.box::lives);
                                Waiting.pause(dice.nextInt(100, 1_500));
                                w.box.kill("KILL");
                            }
                        })
                        .healing((w, dice) -> w.start()),
                Injection.of("F20", "a second one is started").breaking((w, dice) -> {
                    long pid = w.box.process().pid();
                    w.box.run("start");
                    if (w.box.process().pid() != pid) {
                        throw new IllegalStateException("the second one took the first one's place");
                    }
                }));
    }

    private static List<Injection> ofTheNetwork() {
        return List.of(
                DeadProxy.injection(),
                Injection.of("F04", "the line flaps")
                        .within(3)
                        .breaking((w, dice) -> {
                            // One in ten goes on as long as the catalogue's.
                            int flaps = dice.nextInt(10) == 0 ? 30 : dice.nextInt(1, 9);
                            for (int i = flaps; i > 0; i--) {
                                NetworkTrouble.link(w, "down");
                                Waiting.pause(dice.nextInt(20, 300));
                                NetworkTrouble.link(w, "up");
                                Waiting.pause(dice.nextInt(20, 200));
                            }
                        })
                        .healing((w, dice) -> NetworkTrouble.gateway(w)),
                Injection.of("F06", "the proxy server is silent, without a reset, for a moment or for good")
                        .within(5)
                        .breaking((w, dice) -> {
                            if (dice.nextInt(4) == 0) {
                                ProxyTrouble.goneForGood(w, () -> silence(w));
                            } else {
                                silence(w);
                                Waiting.pause(dice.nextInt(200, 800));
                            }
                        })
                        .healing((w, dice) -> PathTrouble.unfilter(w)),
                // F07, F08: the rows have no figure for when the server is back; F03's.
                Injection.of("F07", "the proxy server accepts and never answers")
                        .within(5)
                        .breaking((w, dice) -> falseProxy(w, dice, false))
                        .healing((w, dice) -> w.relay.start()),
                Injection.of("F08", "the proxy server, or a server beyond it, answers one octet a second")
                        .within(5)
                        .breaking((w, dice) -> {
                            if (dice.nextBoolean()) {
                                falseProxy(w, dice, true);
                            } else {
                                SlowFlows.beside(w);
                            }
                        })
                        .healing((w, dice) -> {
                            if (!w.relay.lives()) {
                                w.relay.start();
                            }
                        }),
                Injection.of("F23", "strangers hammer the management interface while the line flaps")
                        .within(3)
                        .breaking(Faults::hammered)
                        .healing((w, dice) -> NetworkTrouble.gateway(w)));
    }

    private static List<Injection> ofTheHost() {
        return List.of(
                Injection.of("F12", "the TUN device is taken down, deleted, renamed, or loses its addresses or MTU")
                        .within(2)
                        .breaking(Faults::damagedDevice),
                Injection.of("F13", "a third party changes rules, routes, the resolver or the filter")
                        .within(2)
                        .breaking(Faults::foreignHand),
                TwoFaults.injection());
    }

    private static List<Injection> notHere() {
        return List.of(
                Injection.absent("F21", "a subscription server returns garbage", "there are no subscriptions yet"));
    }

    static void silence(World w) {
        PathTrouble.filter(w, "ip daddr { " + Places.RELAY4 + ", " + Places.OTHER_RELAY4 + " } drop");
    }

    private static void falseProxy(World w, Random dice, boolean slow) throws IOException {
        w.killRelay();
        // One in four is there for longer than a handshake may take.
        try (FalseProxy proxy = new FalseProxy(w.lab, slow)) {
            if (dice.nextInt(4) == 0) {
                givenUp(w);
            } else {
                Waiting.pause(dice.nextInt(300, 1_500));
            }
            Waiting.until("an attempt at the false proxy", () -> proxy.clients() > 0);
        }
    }

    /** A client's connection is not held open for longer than the catalogue's ten seconds. */
    private static void givenUp(World w) {
        long begun = System.nanoTime();
        boolean answered = Lab.onThread(w.lab.lan, () -> {
            try (Socket client = new Socket(Places.WEB4, Places.WEB_PORT)) {
                client.getInputStream().read();
                return true;
            } catch (SocketException e) {
                return false; // refused or reset
            }
        });
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        w.figure("givenUpMillis", took, GIVEN_UP);
        if (answered) {
            throw new IllegalStateException("a stream through a proxy that does not answer ends in good order");
        }
    }

    /** What was acknowledged has to be there, and nothing else than what was, or was to be, in force. */
    private static void killedApply(World w, Random dice) throws Exception {
        GatewayConfig next = w.config().withMtu(w.config().mtu() == 1500 ? 1400 : 1500);
        CompletableFuture<Boolean> acknowledged = CompletableFuture.supplyAsync(() -> {
            try {
                w.box.apply(next.json());
                return true;
            } catch (IllegalStateException e) {
                return false; // it ended in the middle
            }
        });
        Waiting.pause(dice.nextInt(0, 120));
        w.box.kill("KILL");
        w.expecting(acknowledged.get(60, TimeUnit.SECONDS) ? List.of(next) : List.of(w.config(), next));
    }

    private static void hammered(World w, Random dice) {
        List<Stranger> strangers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            strangers.add(new Stranger(w.lab.gw.name()));
        }
        for (int i = dice.nextInt(1, 3); i > 0; i--) {
            NetworkTrouble.link(w, "down");
            Waiting.pause(dice.nextInt(50, 300));
            NetworkTrouble.link(w, "up");
            Waiting.pause(dice.nextInt(50, 200));
        }
        strangers.forEach(Stranger::close);
        if (strangers.stream().mapToLong(Stranger::answers).sum() == 0) {
            throw new IllegalStateException("the management interface gave strangers no answer at all");
        }
    }

    /** Whatever it was, it is as before soon. */
    private static void foreignHand(World w, Random dice) throws IOException {
        // A setting of the round before may be on its way into force.
        Waiting.until("the tunnel's rules and routes", () -> isDiverted(w));
        String before = hostState(w);
        long heals = RuleTrouble.heals(w);
        int kind = dice.nextInt(4);
        switch (kind) {
            case 0 -> w.lab.gw.exec("sh", "-c", "ip rule del priority 9001 && ip -6 rule del priority 9001");
            case 1 -> w.lab.gw.exec("ip", "route", "flush", "table", "2022");
            case 2 -> foreignResolver(w);
            default -> w.lab.gw.exec("nft", "insert rule " + RuleWatch.TABLE + " output accept");
        }
        long begun = System.nanoTime();
        boolean restored = Waiting.within(
                Round.LEAST_PATIENCE,
                () -> w.box.resolverIsTheTunnels()
                        && hostState(w).equals(before)
                        && (kind < 3 || RuleTrouble.heals(w) > heals));
        if (!restored) {
            throw new IllegalStateException(
                    "not as before after " + Round.LEAST_PATIENCE + ": " + hostState(w) + ", before " + before);
        }
        w.figure("restoredMillis", Duration.ofNanos(System.nanoTime() - begun), RESTORED);
        if (kind >= 3) {
            w.gaps.over(w);
        }
    }

    /** The device is as before soon, whether or not the tunnel carries without. */
    private static void damagedDevice(World w, Random dice) {
        Waiting.until("the tunnel's rules and routes", () -> isDiverted(w));
        String before = device(w);
        w.lab.gw.exec("sh", "-c", DAMAGE.get(dice.nextInt(DAMAGE.size())));
        long begun = System.nanoTime();
        if (!Waiting.within(Round.LEAST_PATIENCE, () -> device(w).equals(before))) {
            throw new IllegalStateException("the device is not as before after " + Round.LEAST_PATIENCE + ": "
                    + device(w) + ", before " + before);
        }
        w.figure("deviceRestoredMillis", Duration.ofNanos(System.nanoTime() - begun), RESTORED);
    }

    private static String device(World w) {
        return w.lab.gw.exec(
                "sh",
                "-c",
                "ip -o link show dev sluice0 2>/dev/null | grep -o '<.*> mtu [0-9]*';"
                        + " ip -o addr show dev sluice0 scope global 2>/dev/null | grep -o 'inet6* [^ ]*' || true");
    }

    private static boolean isDiverted(World w) {
        return Stream.of(
                        "ip rule | grep '^9001:'",
                        "ip -6 rule | grep '^9001:'",
                        "ip route show table 2022",
                        "ip -6 route show table 2022")
                .noneMatch(list -> w.lab.gw.exec("sh", "-c", list + " || true").isBlank());
    }

    /** What the appliance has told the host of the ways. */
    private static String hostState(World w) {
        return w.lab.gw.exec("sh", "-c", "ip rule; ip -6 rule; ip route show table 2022; ip -6 route show table 2022");
    }

    static void foreignResolver(World w) throws IOException {
        Path fresh = w.box.hostEtc().resolve("resolv.conf.dhcp");
        // What another has written last is what the host gets back.
        Files.writeString(fresh, Appliance.ownResolver());
        Files.move(fresh, w.box.hostEtc().resolve("resolv.conf"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void cut(Path file, Random dice) throws IOException {
        if (Files.exists(file)) {
            byte[] octets = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(octets, dice.nextInt(octets.length)));
        } else {
            throw new IllegalStateException("there is no " + file + " to cut off");
        }
    }
}

package io.sluice.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** L01…L35, what may lead a packet past the tunnel: here those of the process, its bundles and its configuration. */
final class LeakClasses {

    /** As long as most breaks take. */
    private static final Duration QUIET = Duration.ofMillis(300);

    private LeakClasses() {}

    /** L01. */
    static Injection quiet(Duration lasting) {
        return Injection.of("L01", "nothing happens").breaking((w, dice) -> Waiting.pause(lasting.toMillis()));
    }

    static List<Injection> all() {
        List<Injection> all = new ArrayList<>();
        all.addAll(ofTheProcess());
        all.addAll(NetworkTrouble.all());
        all.addAll(LeakPackets.all());
        all.addAll(Attackers.all());
        all.addAll(RuleTrouble.all());
        all.addAll(ProxyTrouble.all());
        all.add(OwnLookups.injection());
        all.addAll(notHere());
        return all;
    }

    private static List<Injection> ofTheProcess() {
        return List.of(
                quiet(QUIET),
                Injection.of("L02", "kill -9 of the JVM, while it carries or while it connects")
                        .within(10)
                        .breaking((w, dice) -> {
                            if (dice.nextBoolean()) {
                                connectAnew(w);
                                Waiting.pause(dice.nextInt(0, 200));
                            }
                            w.box.kill("KILL");
                        })
                        .healing((w, dice) -> restart(w, dice)),
                Injection.of(
                                "L03",
                                "the JVM's heap is full, the kernel takes it for want of memory, it crashes, or stands still")
                        .within(10)
                        .breaking(LeakClasses::crash)
                        .healing((w, dice) -> {
                            restart(w, dice);
                            BundleTrouble.takeAway(w);
                        }),
                Injection.of(
                                "L04",
                                "the host boots: the rules of the boot before any traffic, the appliance long after")
                        .within(10)
                        .chainGoes()
                        .breaking(LeakClasses::boot)
                        .healing((w, dice) -> {
                            w.lab.mend();
                            w.quiet(false);
                            restart(w, dice);
                        }),
                Injection.of("L05", "the appliance shuts down, in lockdown or auto, and the network stays")
                        .within(10)
                        .breaking(LeakClasses::shutdown)
                        .healing((w, dice) -> restart(w, dice))
                        .restoring((w, dice) -> killSwitchMode(w, w.config().mode())),
                Injection.of("L09", "firewall-relevant settings are changed in random order")
                        .within(5)
                        .breaking(LeakClasses::otherSettings)
                        .restoring((w, dice) -> w.apply(GatewayConfig.usual()
                                .withMode(w.config().mode())
                                .withRelay(w.config().relay()))),
                Injection.of(
                                "L10",
                                "each bundle of the data plane and the kill switch is stopped and started, updated or refreshed under load")
                        .within(5)
                        .breaking(BundleTrouble::swap),
                Injection.of("L11", "bundles are updated under load, to the same version, or to a broken one and back")
                        .within(5)
                        .breaking((w, dice) -> {
                            if (dice.nextBoolean()) {
                                BundleTrouble.update(w, dice);
                            } else {
                                BundleTrouble.brokenUpdate(w, dice);
                            }
                        }));
    }

    private static List<Injection> notHere() {
        return List.of(
                Injection.absent("L28", "split tunnelling by program", "there is no split tunnelling by program"),
                Injection.absent(
                        "L35",
                        "deanonymisation by MTU and timing",
                        "a property of the protocol, described in SECURITY.md"));
    }

    /** In mode auto who stops the tunnel opens the machine; another MTU connects it anew as well. */
    private static void connectAnew(World w) {
        if (w.config().mode().equals(GatewayConfig.AUTO)) {
            w.apply(w.config().withMtu(w.config().mtu() == 1500 ? 1400 : 1500));
            return;
        }
        w.box.rest("POST", "/tunnel:stop", "", Map.of());
        w.box.rest("POST", "/tunnel:start", "", Map.of());
    }

    private static void restart(World w, Random dice) {
        Waiting.pause(dice.nextInt(0, 300));
        w.start();
    }

    private static void crash(World w, Random dice) throws IOException {
        switch (dice.nextInt(w.memory.isPresent() ? 4 : 3)) {
            case 0 -> BundleTrouble.fillHeap(w);
            case 1 -> w.box.kill("ABRT");
            case 2 -> {
                w.box.signal("STOP");
                // One in four stands still for long.
                Waiting.pause(dice.nextInt(4) == 0 ? 10_000 : dice.nextInt(100, 1_000));
                w.box.kill("KILL");
            }
            default -> w.memory.orElseThrow().exhaust(w.box.process());
        }
    }

    /** By a signal or by its own command; one in thirty stays away for half a minute. */
    private static void shutdown(World w, Random dice) {
        if (dice.nextBoolean()) {
            killSwitchMode(w, "auto");
        }
        if (dice.nextBoolean()) {
            w.box.kill("TERM");
        } else {
            w.box.stop();
        }
        Waiting.pause(dice.nextInt(30) == 0 ? 30_000 : dice.nextInt(0, 3_000));
    }

    private static void killSwitchMode(World w, String mode) {
        if (w.config().mode().equals(GatewayConfig.NONE)) {
            return;
        }
        w.box.rest("PUT", "/killswitch/mode", mode, Map.of("Content-Type", "text/plain"));
    }

    private static void otherSettings(World w, Random dice) {
        for (int i = dice.nextInt(1, 4); i > 0; i--) {
            GatewayConfig now = w.config();
            w.apply(new GatewayConfig(
                    now.mode(),
                    now.protocol(),
                    now.relay(),
                    dice.nextBoolean() ? 1500 : 1400,
                    dice.nextBoolean(),
                    Places.LAN_DEVICES,
                    dice.nextBoolean() ? Places.NAME_SERVERS : Places.NAME_SERVERS.reversed(),
                    dice.nextBoolean(),
                    dice.nextBoolean(),
                    now.group()));
        }
    }

    private static void boot(World w, Random dice) {
        w.box.kill("KILL");
        w.quiet(true);
        // What a boot does: nothing is there but what the unit loads, and the lines come up after it.
        for (String device : List.of("wan0", "lan0", "lan1")) {
            w.lab.gw.exec("ip", "link", "set", device, "down");
        }
        w.lab.gw.exec("nft", "flush", "ruleset");
        w.lab.gw.exec("nft", "-f", w.box.data().resolve("killswitch/boot.nft").toString());
        w.lab.gw.exec("ip", "link", "set", "lan0", "up");
        w.lab.gw.exec("ip", "link", "set", "lan1", "up");
        Lab.address(w.lab.gw, Places.LAN_GW6 + "/64", "lan0");
        NetworkTrouble.link(w, "up");
        NetworkTrouble.gateway(w);
        w.quiet(false);
        // One in ten has the catalogue's ten seconds without the appliance.
        Waiting.pause(dice.nextInt(10) == 0 ? 10_000 : 200);
    }
}

package io.sluice.lab;

import io.sluice.lab.Injection.Act;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** L12, L13, L34: what others and the kernel do to the kill switch's own rules. */
final class RuleTrouble {

    /** The catalogue's figures, L12 and L34. */
    private static final Duration BACK = Duration.ofMillis(100);

    private static final Duration ALARM = Duration.ofSeconds(1);

    /** The catalogue's, F01: a start. */
    private static final Duration START = Duration.ofSeconds(10);

    /** Within so long what the kernel has told is read, also on a machine that is full. */
    private static final Duration TOLD = Duration.ofSeconds(5);

    /** What another program may do to the rules; each is one transaction. */
    private static final List<String> DAMAGE = List.of(
            "flush ruleset",
            "delete table " + RuleWatch.TABLE,
            // A firewall's service at its restart.
            "flush ruleset; add table inet foreign; add chain inet foreign out { type filter hook output priority 0; policy accept; }",
            "insert rule " + RuleWatch.TABLE + " output accept; insert rule " + RuleWatch.TABLE + " forward accept",
            "flush chain " + RuleWatch.TABLE + " output; add chain " + RuleWatch.TABLE + " output { policy accept; }");

    /** So many of these, the first ones, take the chain itself away. */
    private static final int REMOVING = 3;

    private RuleTrouble() {}

    static List<Injection> all() {
        return List.of(
                Injection.of("L12", "another program flushes, deletes or rewrites the rules")
                        .chainGoes()
                        .breaking(RuleTrouble::damaged)
                        .healing(
                                (w, dice) -> w.lab.gw.exec("nft", "add table inet foreign; delete table inet foreign")),
                Injection.of("L13", "flows of the time before the kill switch are still known to the kernel")
                        .within(10)
                        .chainGoes()
                        .breaking(RuleTrouble::staleFlows),
                // The row has no figure for what comes behind it; F01's.
                Injection.of("L34", "the rules cannot be set: no right, the table is another's, or no program nft")
                        .within(10)
                        .chainGoes()
                        .breaking((w, dice) -> List.<Act>of(
                                        RuleTrouble::powerless, RuleTrouble::refused, RuleTrouble::withoutProgram)
                                .get(dice.nextInt(3))
                                .on(w, dice)));
    }

    /** Noticed and put back, in a time that both the appliance and the watcher of the kernel's notices tell. */
    private static void damaged(World w, Random dice) throws IOException {
        int kind = dice.nextInt(DAMAGE.size());
        long before = heals(w);
        w.watch.absences();
        w.lab.gw.exec("nft", DAMAGE.get(kind));
        long begun = System.nanoTime();
        if (!Waiting.within(Round.LEAST_PATIENCE, () -> heals(w) > before)) {
            throw new IllegalStateException("the rules are not back after " + Round.LEAST_PATIENCE);
        }
        w.figure("rulesBackMillis", Duration.ofNanos(System.nanoTime() - begun), BACK);
        w.gaps.over(w);
        List<Duration> absences = new ArrayList<>();
        boolean seen = Waiting.within(TOLD, () -> {
            absences.addAll(w.watch.absences());
            return kind >= REMOVING || !absences.isEmpty();
        });
        absences.forEach(absence -> w.figure("chainAbsentMillis", absence, BACK));
        if (!seen || !w.watch.alive()) {
            throw new IllegalStateException("the watch of the rules is blind: " + DAMAGE.get(kind));
        }
    }

    /** How often the appliance has put its rules back. */
    static long heals(World w) {
        return w.killSwitch().path("heals").asLong();
    }

    private static void staleFlows(World w, Random dice) throws IOException {
        w.watch.expect(false);
        w.box.rest("POST", "/killswitch:disarm", "", Map.of());
        w.box.rest("POST", "/tunnel:stop", "", Map.of());
        // Datagrams and segments of the canaries pass now, and the kernel remembers them.
        try (OldFlows flows = new OldFlows(w)) {
            Waiting.pause(dice.nextInt(50, 200));
            boolean auto = w.config().mode().equals(GatewayConfig.AUTO);
            w.box.rest("PUT", "/killswitch/mode", auto ? "auto" : "lockdown", Map.of("Content-Type", "text/plain"));
            if (auto) {
                // It closes when the tunnel starts.
                w.box.rest("POST", "/tunnel:start", "", Map.of());
                Waiting.until(
                        "the rules",
                        () -> w.lab.gw.exec("nft", "list", "tables").contains(RuleWatch.TABLE));
            }
            w.baseline();
            w.watch.expect(true);
            for (int i = 0; i < 4; i++) {
                flows.send();
                Waiting.pause(75);
            }
            w.box.rest("POST", "/tunnel:start", "", Map.of());
            flows.send();
        }
    }

    /** It is started without the right to change anything. */
    private static void powerless(World w, Random dice) throws IOException {
        w.box.kill("KILL");
        w.box.startPowerless();
        Waiting.until("an answer", w.box::answers);
        alarm(w, "it has no right to do anything");
        Waiting.pause(dice.nextInt(0, 300));
        w.box.kill("KILL");
        Waiting.pause(dice.nextInt(0, 300));
        w.start();
    }

    /** Its table is taken away in the middle, and the kernel refuses to give it back: another program owns one of that name (NFT_TABLE_F_OWNER). */
    private static void refused(World w, Random dice) throws IOException {
        try (TableOwner _ = new TableOwner(w.lab.gw, RuleWatch.TABLE)) {
            alarm(w, "the kernel refuses the rules");
            // The device may be kept for the next start, but nobody reads from it.
            String device = w.lab.gw.exec("sh", "-c", "ip -br link show dev sluice0 2>/dev/null || true");
            if (w.carriesAnything() || device.contains("LOWER_UP")) {
                throw new IllegalStateException("the kernel refuses the rules, and it carries: " + device);
            }
            Waiting.pause(dice.nextInt(0, 300));
        }
    }

    /** What it says then is no "connected". */
    private static void alarm(World w, String why) {
        long begun = System.nanoTime();
        if (!Waiting.within(Round.LEAST_PATIENCE, () -> w.box.tunnelState().equals("ERROR"))) {
            throw new IllegalStateException(why + ", and it says " + w.box.tunnelState());
        }
        w.figure("alarmMillis", Duration.ofNanos(System.nanoTime() - begun), ALARM);
    }

    /** A host without the package nftables: the rules are there all the same. Nothing is sent until then, for nobody but the lab has taken them away. */
    private static void withoutProgram(World w, Random dice) throws IOException {
        w.quiet(true);
        w.box.kill("KILL");
        w.lab.gw.exec("nft", "flush ruleset");
        w.box.hideNft(true);
        try {
            w.start();
            if (!w.lab.gw.exec("nft", "list ruleset").contains("hook output")) {
                throw new IllegalStateException("without the program nft there are no rules");
            }
        } finally {
            w.box.hideNft(false);
            w.baseline();
            w.quiet(false);
        }
        Waiting.until("the tunnel without the program nft", w::carries);
        // Not a part of the recovery, which is the next start.
        w.figure("startWithoutProgramMillis", w.startsTook(), START);
        Waiting.pause(dice.nextInt(0, 300));
        w.box.kill("KILL");
        Waiting.pause(dice.nextInt(0, 300));
        w.start();
    }
}

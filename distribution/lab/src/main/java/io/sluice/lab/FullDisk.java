package io.sluice.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * EX04: there is no room left for the settings, the state or the log, or for any of them. Packets know nothing of disks; whoever changes something is told, and what was
 * there is whole.
 */
final class FullDisk {

    /** Of a stream, while there is no room. */
    private static final int SOME = 200_000;

    private static final int ETC = 0;
    private static final int DATA = 1;

    /** An answer of the interface, not the end of a connection. */
    private static final Pattern REFUSED = Pattern.compile("(POST|PUT) \\S+: [45]\\d\\d ");

    private static final String OTHER_MODE = "auto";

    private FullDisk() {}

    static Injection injection() {
        return Injection.of("EX04", "there is no room left for its settings, its state or its log, or for any of them")
                // The row has no figure for the start behind it, which is the lab's own; F01's.
                .within(10)
                .breaking(FullDisk::full)
                .healing((w, dice) -> {
                    if (w.box.lives()) {
                        w.box.kill("KILL");
                    }
                    w.box.disks().stream().filter(SmallDisk::isMounted).forEach(SmallDisk::end);
                    w.start();
                })
                .restoring((w, dice) -> w.apply(w.config().withAllowLan(true)));
    }

    /** Each alone, or all. */
    private static void full(World w, Random dice) throws IOException {
        int which = dice.nextInt(4);
        List<SmallDisk> all = w.box.disks();
        List<SmallDisk> some = which < all.size() ? List.of(all.get(which)) : all;
        w.box.kill("KILL");
        some.forEach(SmallDisk::begin);
        w.start();
        Waiting.until("the tunnel on a small disk", w::carries);
        // Not a part of the recovery, which is the start behind it.
        w.startsTook();
        long process = w.box.process().pid();
        for (SmallDisk disk : some) {
            disk.fill();
        }
        boolean settings = some.contains(all.get(ETC)) || some.contains(all.get(DATA));
        try (OneStream stream = new OneStream(w)) {
            stream.read(SOME);
            long octets = w.streams().octets();
            change(w, settings);
            mode(w, some.contains(all.get(DATA)));
            stream.read(SOME);
            if (!Waiting.within(
                    Round.LEAST_PATIENCE, () -> w.carries() && w.streams().octets() > octets)) {
                throw new IllegalStateException("without room on the disk it does not carry: " + w.story());
            }
        }
        long log = Files.size(w.box.log());
        long begun = System.nanoTime();
        for (SmallDisk disk : some) {
            disk.empty();
        }
        w.apply(other(w));
        w.inForceOnDisk();
        w.box.rest("PUT", "/killswitch/mode", "lockdown", Map.of("Content-Type", "text/plain"));
        Waiting.until("the log to go on", () -> Files.size(w.box.log()) > log);
        w.figure("writesAgainMillis", Duration.ofNanos(System.nanoTime() - begun));
        if (w.box.process().pid() != process) {
            throw new IllegalStateException("it was started again meanwhile");
        }
    }

    /** A setting of the kill switch's, for which no flow has to end. */
    private static GatewayConfig other(World w) {
        return w.config().withAllowLan(!w.config().allowLan());
    }

    /** Refused, with the old one in force and on disk, or acknowledged, with the new one. */
    private static void change(World w, boolean withoutRoom) throws IOException {
        String before = rules(w);
        boolean acknowledged = false;
        try {
            w.apply(other(w));
            acknowledged = true;
        } catch (IllegalStateException e) {
            if (!withoutRoom || !REFUSED.matcher(e.getMessage()).find()) {
                throw e;
            }
        }
        w.inForceOnDisk();
        boolean changes = acknowledged;
        if (!Waiting.within(Round.LEAST_PATIENCE, () -> rules(w).equals(before) != changes)) {
            throw new IllegalStateException("the change was " + (changes ? "acknowledged" : "refused")
                    + ", and the kernel's rules are " + (changes ? "as before" : "others"));
        }
    }

    private static String rules(World w) {
        return w.lab.gw.exec("nft", "-s", "list", "ruleset");
    }

    /** The same of the kill switch's mode, which is kept beside the settings. */
    private static void mode(World w, boolean withoutRoom) throws IOException {
        Path file = w.box.data().resolve("killswitch/state");
        String before = Files.readString(file);
        String wanted = OTHER_MODE;
        try {
            w.box.rest("PUT", "/killswitch/mode", OTHER_MODE, Map.of("Content-Type", "text/plain"));
        } catch (IllegalStateException e) {
            if (!withoutRoom || !REFUSED.matcher(e.getMessage()).find()) {
                throw e;
            }
            wanted = "lockdown";
            if (!Files.readString(file).equals(before)) {
                throw new IllegalStateException("a change of the mode was refused, and its file is another", e);
            }
        }
        String said = w.killSwitch().path("mode").asText();
        String kept = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        if (!said.equals(wanted) || !kept.contains("mode " + wanted + "\n")) {
            throw new IllegalStateException(
                    "the mode is to be " + wanted + ", it says " + said + ", and keeps " + kept.replace('\n', ','));
        }
    }
}

package io.sluice.lab;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/**
 * One class of injections.
 *
 * @param id as in the catalogue: L01…L35, F01…F24, EX04
 * @param title in some words
 * @param absent why it cannot be injected here; such a class is reported and not run
 * @param within recovery is to take no longer, on a machine that does nothing else: the row's N, and where the row has none, that of the fault it is most like
 * @param chainStays the kill switch's base chain is there at every instant, also during this
 * @param stimulus what is sent besides the canaries; seen by both observers while the appliance is off, or the class is void
 * @param fault what breaks
 * @param heal what puts right what the appliance cannot: a link, a server, a process
 * @param restore what is put right only after the recovery, for it has to come without
 */
record Injection(
        String id,
        String title,
        Optional<String> absent,
        Duration within,
        boolean chainStays,
        Optional<Act> stimulus,
        Optional<Act> fault,
        Optional<Act> heal,
        Optional<Act> restore) {

    /** Something that is done to the world, with dice. */
    @FunctionalInterface
    interface Act {
        void on(World world, Random dice) throws Exception;
    }

    /** A class of its own packets, or of the canaries alone: nothing breaks, so it carries at once. No row has a figure for that; 3 s are F04's, the shortest of the network's. */
    static Injection of(String id, String title) {
        return new Injection(
                id,
                title,
                Optional.empty(),
                Duration.ofSeconds(3),
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** A class that is not run, with the reason. */
    static Injection absent(String id, String title, String why) {
        Injection of = of(id, title);
        return new Injection(id, title, Optional.of(why), of.within, true, of.stimulus, of.fault, of.heal, of.restore);
    }

    Injection sending(Act act) {
        return new Injection(id, title, absent, within, chainStays, Optional.of(act), fault, heal, restore);
    }

    Injection breaking(Act act) {
        return new Injection(id, title, absent, within, chainStays, stimulus, Optional.of(act), heal, restore);
    }

    Injection healing(Act act) {
        return new Injection(id, title, absent, within, chainStays, stimulus, fault, Optional.of(act), restore);
    }

    Injection restoring(Act act) {
        return new Injection(id, title, absent, within, chainStays, stimulus, fault, heal, Optional.of(act));
    }

    /** Packets and nothing else: nothing breaks, so several such classes can be injected at once. */
    boolean isPackets() {
        return absent.isEmpty() && stimulus.isPresent() && fault.isEmpty() && heal.isEmpty() && restore.isEmpty();
    }

    /** Its number, as in {@code L14}; the mark in its packets bears it. */
    int number() {
        return Integer.parseInt(id.replaceAll("\\D+", ""));
    }

    Injection within(int seconds) {
        return new Injection(
                id, title, absent, Duration.ofSeconds(seconds), chainStays, stimulus, fault, heal, restore);
    }

    /** The rules themselves are taken away by the fault. */
    Injection chainGoes() {
        return new Injection(id, title, absent, within, false, stimulus, fault, heal, restore);
    }
}

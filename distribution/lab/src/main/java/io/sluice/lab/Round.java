package io.sluice.lab;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * What is injected at once: a class that breaks something, alone; or any number of classes that are packets and nothing else, in this order, with one look at the
 * recovery and the observers for all.
 */
record Round(List<Tally> tallies) {

    /** What is late is told from what never comes: a recovery is waited for this many times longer than its row lets it take. */
    private static final int SLACK = 6;

    /** And anything for so long: on a machine on which a start takes a minute, an answer takes some seconds. */
    static final Duration LEAST_PATIENCE = Duration.ofMinutes(1);

    Round {
        tallies = List.copyOf(tallies);
        if (tallies.isEmpty() || (tallies.size() > 1 && !tallies.stream().allMatch(t -> t.injection.isPackets()))) {
            throw new IllegalArgumentException("only classes of packets can be injected together");
        }
    }

    /**
     * Every class as often as it is to be: each once in an order of the dice, then each a second time in another, and so on, so that all have had about as many
     * where the time is up before the end.
     *
     * @param times by the class's identifier
     */
    static List<Round> all(List<Tally> tallies, ToIntFunction<String> times, Random dice) {
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; ; i++) {
            int turn = i;
            List<Tally> now = new ArrayList<>(tallies.stream()
                    .filter(t -> times.applyAsInt(t.injection.id()) > turn)
                    .toList());
            if (now.isEmpty()) {
                return rounds;
            }
            Collections.shuffle(now, dice);
            List<Tally> packets =
                    now.stream().filter(t -> t.injection.isPackets()).toList();
            now.removeAll(packets);
            List<Round> pass =
                    new ArrayList<>(now.stream().map(t -> new Round(List.of(t))).toList());
            if (!packets.isEmpty()) {
                pass.add(new Round(packets));
            }
            Collections.shuffle(pass, dice);
            rounds.addAll(pass);
        }
    }

    boolean chainStays() {
        return tallies.stream().allMatch(t -> t.injection.chainStays());
    }

    boolean hasRestore() {
        return tallies.stream().anyMatch(t -> t.injection.restore().isPresent());
    }

    /** Nothing happens in it. */
    boolean isQuiet() {
        return tallies.getFirst().injection.id().equals("L01");
    }

    Duration patience() {
        return tallies.stream()
                .map(t -> t.injection.within().multipliedBy(SLACK))
                .max(Comparator.naturalOrder())
                .filter(goal -> goal.compareTo(LEAST_PATIENCE) > 0)
                .orElse(LEAST_PATIENCE);
    }

    /** Each is told of the packets that bear its mark; of those that bear none of this round's, and of what only the filter saw, all of them. */
    void blame(long filter, List<Capture.Sighting> seen) {
        List<Capture.Sighting> ours = seen.stream()
                .filter(s -> tallies.stream().anyMatch(t -> isOf(s, t)))
                .toList();
        boolean explained = ours.size() == seen.size() && filter <= seen.size();
        for (Tally tally : tallies) {
            List<Capture.Sighting> his = seen.stream()
                    .filter(s -> isOf(s, tally) || !ours.contains(s))
                    .toList();
            tally.leaked(explained ? Math.min(filter, his.size()) : filter, his);
        }
    }

    private static boolean isOf(Capture.Sighting sighting, Tally tally) {
        return sighting.mark().isPresent()
                && tally.injection.id().charAt(0) == 'L'
                && sighting.mark().getAsInt() == tally.injection.number();
    }

    /** The classes, for people. */
    @Override
    public String toString() {
        return tallies.stream().map(t -> t.injection.id() + " #" + t.injected).collect(Collectors.joining(", "));
    }
}

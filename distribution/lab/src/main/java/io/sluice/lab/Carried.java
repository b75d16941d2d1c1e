package io.sluice.lab;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Numbered datagrams of the time in which nothing broke, by {@link Line}. */
final class Carried {

    /** Ten moments of L01: of fewer, a hundredth is a handful. */
    private static final int ENOUGH = 500;

    private final ToLongFunction<Line> sentSoFar;
    private final ToLongFunction<Line> comeSoFar;
    private final long[] sent = new long[Line.values().length];
    private final long[] come = new long[Line.values().length];

    Carried(ToLongFunction<Line> sentSoFar, ToLongFunction<Line> comeSoFar) {
        this.sentSoFar = sentSoFar;
        this.comeSoFar = comeSoFar;
    }

    static Carried in(World world) {
        return new Carried(
                line -> (line == Line.CLIENT4 || line == Line.CLIENT6 ? world.fromLan : world.fromBox).numbered(line),
                world.far::datagrams);
    }

    /** From here on what is sent counts. Nothing is under way. */
    void begin() {
        add(-1);
    }

    /** And no longer. Nothing is under way again. */
    void end() {
        add(1);
    }

    private void add(int sign) {
        for (Line line : Line.values()) {
            sent[line.ordinal()] += sign * sentSoFar.applyAsLong(line);
            come[line.ordinal()] += sign * comeSoFar.applyAsLong(line);
        }
    }

    double share() {
        long all = Arrays.stream(sent).sum();
        return all == 0 ? 1 : (double) Arrays.stream(come).sum() / all;
    }

    boolean areEnough() {
        return Arrays.stream(sent).sum() >= ENOUGH;
    }

    /** Come of sent, by line. */
    Map<String, String> view() {
        Map<String, String> view = new LinkedHashMap<>();
        for (Line line : Line.values()) {
            view.put(line.title(), come[line.ordinal()] + " of " + sent[line.ordinal()]);
        }
        return view;
    }
}

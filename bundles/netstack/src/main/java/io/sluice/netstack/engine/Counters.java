package io.sluice.netstack.engine;

import io.sluice.wire.Verdict;
import java.util.Locale;
import java.util.Map;

/**
 * Totals of one engine. Written by its loop only; read from anywhere without synchronization: a reader may see a total that is a moment
 * old, never a torn one (a long is written whole on every platform the product runs on).
 */
public final class Counters {

    private final long[] totals = new long[Counter.values().length];
    private final long[] malformed = new long[Verdict.COUNT];

    public void count(Counter counter) {
        totals[counter.ordinal()]++;
    }

    public void add(Counter counter, long amount) {
        totals[counter.ordinal()] += amount;
    }

    /** A packet was dropped because its header is not well formed. */
    public void malformed(Verdict verdict) {
        malformed[verdict.ordinal()]++;
    }

    public long of(Counter counter) {
        return totals[counter.ordinal()];
    }

    public long of(Verdict verdict) {
        return malformed[verdict.ordinal()];
    }

    /** Adds every total to {@code sums}, by name; malformed packets as {@code malformedTruncated} and so on. */
    public void addTo(Map<String, Long> sums) {
        for (Counter counter : Counter.values()) {
            sums.merge(counter.text(), of(counter), Long::sum);
        }
        for (Verdict verdict : Verdict.values()) {
            if (!verdict.isOk()) {
                sums.merge(name(verdict), of(verdict), Long::sum);
            }
        }
    }

    private static String name(Verdict verdict) {
        StringBuilder camel = new StringBuilder("malformed");
        for (String word : verdict.name().split("_")) {
            camel.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return camel.toString();
    }
}

package io.sluice.testkit.probe;

import java.util.List;

/** Whether what takes how long depends on how long it is: Pearson's test of independence. */
public final class ChiSquare {

    /** Lengths of a class: 220 make eleven. */
    private static final int WIDTH = 20;

    /**
     * What a prober can tell apart: times beyond a network spread by more. On the loopback one sees in a hundred probes that a server deciphers nothing
     * before it has a whole salt (some 20 µs).
     */
    private static final long RESOLUTION = 1_000_000;

    /** Of ten degrees of freedom, at p = 0.01. */
    public static final double LIMIT = 23.209;

    private ChiSquare() {}

    /** One probe: how many octets, and when the end came. */
    public record Probe(int length, long nanos) {

        private long time() {
            return nanos / RESOLUTION;
        }
    }

    /** The statistic of eleven classes of lengths by two of times: up to the median, and beyond, or below it, and from it on, whichever tells more. */
    public static double of(List<Probe> probes) {
        long[] times = probes.stream().mapToLong(Probe::time).sorted().toArray();
        long median = times[(times.length - 1) / 2];
        return Math.max(of(probes, median), of(probes, median - 1));
    }

    private static double of(List<Probe> probes, long latest) {
        int classes =
                probes.stream().mapToInt(p -> (p.length - 1) / WIDTH).max().orElse(0) + 1;
        int[][] table = new int[classes][2];
        for (Probe probe : probes) {
            table[(probe.length - 1) / WIDTH][probe.time() <= latest ? 0 : 1]++;
        }
        double late = probes.stream().filter(p -> p.time() > latest).count();
        double[] share = {1 - late / probes.size(), late / probes.size()};
        double sum = 0;
        for (int[] row : table) {
            for (int i = 0; i < 2; i++) {
                double expected = (row[0] + row[1]) * share[i];
                sum += expected == 0 ? 0 : (row[i] - expected) * (row[i] - expected) / expected;
            }
        }
        return sum;
    }
}

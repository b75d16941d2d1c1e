package io.sluice.api.net;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Ports as sorted, disjoint ranges. Immutable. */
public final class PortSet {

    private final int[] first;
    private final int[] last;

    /** @param ranges pairs of first and last port, in any order, overlapping or not */
    public PortSet(List<int[]> ranges) {
        int[][] sorted = ranges.toArray(int[][]::new);
        Arrays.sort(sorted, Comparator.comparingInt(range -> range[0]));
        int[] from = new int[sorted.length];
        int[] to = new int[sorted.length];
        int n = 0;
        for (int[] range : sorted) {
            if (n > 0 && range[0] <= to[n - 1] + 1) {
                to[n - 1] = Math.max(to[n - 1], range[1]);
            } else {
                from[n] = range[0];
                to[n++] = range[1];
            }
        }
        first = Arrays.copyOf(from, n);
        last = Arrays.copyOf(to, n);
    }

    /** @param port 0 to 65,535 */
    public boolean contains(int port) {
        int at = Arrays.binarySearch(first, port);
        if (at >= 0) {
            return true;
        }
        int before = -at - 2;
        return before >= 0 && port <= last[before];
    }
}

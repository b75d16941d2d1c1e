package io.sluice.netstack.engine.ip;

import java.util.Arrays;

/** Which octets of a packet have arrived: disjoint ranges in order, neighbours joined. */
final class Ranges {

    /** What adding a range did. */
    enum Outcome {
        ADDED,
        /** It had arrived already, whole. */
        DUPLICATE,
        /** It covers octets that had arrived, and others. */
        OVERLAP,
        /** There are too many gaps. */
        TOO_MANY
    }

    /** From, to, from, to … */
    private int[] edges = new int[4];

    private int used;

    Outcome add(int from, int to) {
        int i = 0;
        while (i < used && edges[i + 1] < from) {
            i += 2;
        }
        // Range i is the first that ends at or behind `from`.
        boolean joinsBelow = i < used && edges[i + 1] == from;
        int above = joinsBelow ? i + 2 : i;
        if (above < used && edges[above] < to) {
            boolean inside = edges[above] <= from && to <= edges[above + 1];
            return inside ? Outcome.DUPLICATE : Outcome.OVERLAP;
        }
        boolean joinsAbove = above < used && edges[above] == to;
        if (joinsBelow && joinsAbove) {
            edges[i + 1] = edges[above + 1];
            System.arraycopy(edges, above + 2, edges, above, used - above - 2);
            used -= 2;
        } else if (joinsBelow) {
            edges[i + 1] = to;
        } else if (joinsAbove) {
            edges[above] = from;
        } else {
            return insert(i, from, to);
        }
        return Outcome.ADDED;
    }

    private Outcome insert(int i, int from, int to) {
        if (used == 2 * ReassemblyLimits.MAX_RANGES) {
            return Outcome.TOO_MANY;
        }
        if (used == edges.length) {
            edges = Arrays.copyOf(edges, used * 2);
        }
        System.arraycopy(edges, i, edges, i + 2, used - i);
        edges[i] = from;
        edges[i + 1] = to;
        used += 2;
        return Outcome.ADDED;
    }

    /** Octets from 0 on that have arrived without a gap. */
    int contiguous() {
        return used > 0 && edges[0] == 0 ? edges[1] : 0;
    }

    /** Behind the last octet that has arrived. */
    int end() {
        return used == 0 ? 0 : edges[used - 1];
    }
}

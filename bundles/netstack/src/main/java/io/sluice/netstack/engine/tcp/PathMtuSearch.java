package io.sluice.netstack.engine.tcp;

/**
 * Searches the greatest segment that the path carries, without help of ICMP: RFC 4821, in the words of RFC 8899 §5.
 *
 * <p>Theory of operation. A connection begins at the greatest size both ends allow, as if the search were complete; nearly always that is
 * true, and no object of this class exists. It is made when the path shows itself smaller:
 * <pre>
 *  state      event                                                  action > next state
 *  –          {@link TcpLimits#BLACK_HOLE_TIMEOUTS} time-outs of full segments   size = base (RFC 8899 §4.3), then minimum   > SEARCHING
 *  any        the same
 *  any        Packet Too Big, validated (RFC 8899 §4.6.2)             size = what it says                                  > COMPLETE
 *  SEARCHING  open, no loss, enough to send (RFC 4821 §7.4)           one segment of the middle size, new data in it
 *  SEARCHING  the probe is acknowledged                               size = probe
 *  SEARCHING  the probe is lost {@link TcpLimits#MTU_PROBES} times    the upper bound is below it
 *  SEARCHING  the bounds are close                                                                                         > COMPLETE
 *  COMPLETE   PMTU_RAISE_TIMER (RFC 8899 §5.1.1)                      the upper bound is the greatest size again           > SEARCHING
 * </pre>
 * The raise timer is looked at when there is something to send. A lost probe is sent again in smaller segments and does not count as
 * congestion. Sizes are octets of payload a segment.
 */
final class PathMtuSearch {

    private final int greatest;
    private int low;
    private int high;
    private int attempts;

    private boolean complete;
    private long raiseAt;

    private boolean outstanding;
    private int probeStart;
    private int probeSize;

    PathMtuSearch(int greatest) {
        this.greatest = greatest;
    }

    /** Full segments vanish: from {@code size} upwards nothing is known any more. */
    void blackHole(int size) {
        low = size;
        high = greatest;
        complete = false;
        attempts = 0;
        outstanding = false;
    }

    /** The path said what it takes. */
    void told(int size, long nowNanos) {
        low = size;
        high = size;
        outstanding = false;
        finish(nowNanos);
    }

    private void finish(long nowNanos) {
        complete = true;
        raiseAt = nowNanos + TcpLimits.MTU_RAISE;
    }

    /** The size to probe now, 0 for none. */
    int wanted(long nowNanos) {
        if (outstanding || low >= greatest) {
            return 0;
        }
        if (complete) {
            if (nowNanos < raiseAt) {
                return 0;
            }
            complete = false;
            attempts = 0;
            high = greatest;
        }
        // The greatest first: the path may just have been silent. Then the middle (RFC 8899 §5.3.2).
        return high == greatest ? high : low + (high - low + 1) / 2;
    }

    void sent(int start, int size) {
        outstanding = true;
        probeStart = start;
        probeSize = size;
    }

    boolean isOutstanding() {
        return outstanding;
    }

    int probeStart() {
        return probeStart;
    }

    /** Everything up to {@code acknowledgment} has arrived; returns the new size, 0 if the probe is not among it. */
    int acknowledged(int acknowledgment, long nowNanos) {
        if (!outstanding || Sequence.isBefore(acknowledgment, probeStart + probeSize)) {
            return 0;
        }
        outstanding = false;
        attempts = 0;
        low = probeSize;
        high = Math.max(high, low);
        narrowed(nowNanos);
        return low;
    }

    /** Octets from {@code start} on are sent again; if it is the probe, it was lost. */
    void sentAgain(int start, long nowNanos) {
        if (!outstanding || start != probeStart) {
            return;
        }
        outstanding = false;
        if (++attempts >= TcpLimits.MTU_PROBES) {
            attempts = 0;
            high = probeSize - 1;
            narrowed(nowNanos);
        }
    }

    private void narrowed(long nowNanos) {
        if (high - low < TcpLimits.MTU_SEARCH_CLOSE) {
            finish(nowNanos);
        }
    }
}

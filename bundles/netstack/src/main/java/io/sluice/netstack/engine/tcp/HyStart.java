package io.sluice.netstack.engine.tcp;

/**
 * Leaves the first slow start before it overruns the bottleneck's queue: HyStart++, RFC 9406.
 *
 * <p>Theory of operation. When the least round trip of a round exceeds that of the round before by an eighth (4 … 16 ms), a queue is
 * building up. Growth then is a quarter of slow start's (conservative slow start) for five rounds; if the round trips fall back meanwhile, it
 * was jitter and slow start goes on, else congestion avoidance begins.
 */
final class HyStart {

    // RFC 9406 §4.3
    private static final long MIN_THRESHOLD = 4_000_000;
    private static final long MAX_THRESHOLD = 16_000_000;
    private static final int RTT_DIVISOR = 8;
    private static final int SAMPLES = 8;
    private static final int GROWTH_DIVISOR = 4;
    private static final int ROUNDS = 5;

    private static final long UNKNOWN = Long.MAX_VALUE;

    private boolean begun;
    private int roundEnd;
    private long lastLeast = UNKNOWN;
    private long least = UNKNOWN;
    private int samples;

    /** Least round trip when conservative slow start began, {@link #UNKNOWN} outside it. */
    private long baseline = UNKNOWN;

    private int rounds;

    /** RFC 9406 §4.2; returns whether slow start is to end now. */
    boolean acknowledged(AckReport report) {
        boolean over = false;
        if (!begun || !Sequence.isBefore(report.acknowledgment, roundEnd)) {
            over = begun && baseline != UNKNOWN && ++rounds >= ROUNDS;
            begun = true;
            roundEnd = report.sendNext;
            lastLeast = least;
            least = UNKNOWN;
            samples = 0;
        }
        if (report.rtt >= 0) {
            least = Math.min(least, report.rtt);
            samples++;
        }
        if (samples >= SAMPLES && lastLeast != UNKNOWN) {
            judge();
        }
        return over;
    }

    private void judge() {
        if (baseline != UNKNOWN) {
            if (least < baseline) {
                baseline = UNKNOWN; // jitter
            }
        } else if (least >= lastLeast + Math.clamp(lastLeast / RTT_DIVISOR, MIN_THRESHOLD, MAX_THRESHOLD)) {
            baseline = least;
            rounds = 0;
        }
    }

    /** What the window may grow by for octets acknowledged. */
    int growth(int acked) {
        return baseline == UNKNOWN ? acked : acked / GROWTH_DIVISOR;
    }
}

package io.sluice.netstack.engine.tcp;

/**
 * Spaces the packets of a congestion control that asks for a rate. The timer wheel ticks every millisecond, so packets leave in small
 * bursts; what a late tick has cost is made up for, two ticks at most, so that the average is right.
 */
final class Pacer {

    private static final long SECOND = 1_000_000_000L;
    /** Two ticks of the wheel. */
    private static final long CATCH_UP = 2_100_000;
    /** One tick's worth: BBR's send quantum (draft-ietf-ccwg-bbr, "Send Quantum"). */
    private static final long QUANTUM = SECOND / 1_000;

    private long nextAt;
    private long until = Long.MAX_VALUE;

    /** When the packet that was held back may go, {@link Long#MAX_VALUE} if none was. */
    long until() {
        return until;
    }

    void clear() {
        until = Long.MAX_VALUE;
    }

    /** @param rate octets a second, 0 for no pacing */
    boolean maySend(long rate, long nowNanos) {
        if (rate == 0 || nowNanos >= nextAt) {
            return true;
        }
        until = nextAt;
        return false;
    }

    void sent(int octets, long rate, long nowNanos) {
        if (rate > 0) {
            nextAt = Math.max(nextAt, nowNanos - CATCH_UP) + octets * SECOND / rate;
        }
    }

    /** Octets one packet may hold: {@code greatest} is a multiple of {@code segment}. */
    int quantum(long rate, int greatest, int segment) {
        if (rate == 0 || greatest <= segment) {
            return greatest;
        }
        long octets = rate / (SECOND / QUANTUM);
        return Math.clamp(octets / segment * segment, Math.min(2 * segment, greatest), greatest);
    }
}

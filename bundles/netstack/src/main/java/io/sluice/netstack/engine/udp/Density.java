package io.sluice.netstack.engine.udp;

/**
 * Whether datagrams come so thick that reading them in fewer, larger batches is worth a short pause, as network cards moderate their
 * interrupts. Counted in windows, since senders that keep to a rate send in bursts.
 */
final class Density {

    /** Two periods of a sender that wakes every millisecond. */
    private static final long WINDOW = 2_000_000;

    private long windowStart;
    private long count;
    private boolean dense;

    void arrived(int datagrams) {
        count += datagrams;
    }

    boolean isDense(long nowNanos) {
        long elapsed = nowNanos - windowStart;
        if (elapsed >= WINDOW) {
            dense = count * WINDOW >= UdpLimits.DENSE * elapsed;
            windowStart = nowNanos;
            count = 0;
        }
        return dense;
    }
}

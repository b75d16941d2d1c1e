package io.sluice.netstack.engine.tcp;

/** So many a second, and a burst. */
final class TokenBucket {

    private static final long SECOND = 1_000_000_000L;

    private final long interval;
    private final long depth;
    /** When the bucket will be full again. */
    private long fullAt;

    TokenBucket(int perSecond, int burst, long nowNanos) {
        interval = SECOND / perSecond;
        depth = interval * burst;
        fullAt = nowNanos;
    }

    /** Takes one if there is one. */
    boolean take(long nowNanos) {
        long next = Math.max(fullAt, nowNanos) + interval;
        if (next - nowNanos > depth) {
            return false;
        }
        fullAt = next;
        return true;
    }
}

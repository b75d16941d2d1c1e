package io.sluice.netstack.engine.tcp;

/**
 * The timestamps of one connection: RFC 7323 §3–5. Our clock ticks in milliseconds from an offset of the connection's own (§7.1: it tells
 * nobody how long the box has been up).
 */
final class Timestamps {

    /** Both SYNs had the option. */
    final boolean enabled;

    final int offset;

    /** TS.Recent: what is echoed (§4.3). */
    private int recent;

    private long recentAt;

    Timestamps(HalfOpen offer, int offset, long nowNanos) {
        enabled = offer.timestamps;
        this.offset = offset;
        recent = offer.timestampValue;
        recentAt = nowNanos;
    }

    /** TSval now. */
    int now(long nowNanos) {
        return (int) (nowNanos / 1_000_000) + offset;
    }

    int recent() {
        return recent;
    }

    /** §5.3 R1: older than TS.Recent, which is not older than 24 days (§5.5). */
    boolean isOld(int value, long nowNanos) {
        return value - recent < 0 && isRecentValid(nowNanos);
    }

    /** §4.3 (2), (3). */
    void record(int value, long nowNanos) {
        if (value - recent >= 0 || !isRecentValid(nowNanos)) {
            recent = value;
            recentAt = nowNanos;
        }
    }

    private boolean isRecentValid(long nowNanos) {
        return nowNanos - recentAt < TcpLimits.TIMESTAMP_LIFETIME;
    }
}

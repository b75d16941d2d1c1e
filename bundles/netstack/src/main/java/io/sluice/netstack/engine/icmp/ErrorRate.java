package io.sluice.netstack.engine.icmp;

/** Token bucket: RFC 1812 §4.3.2.8, RFC 4443 §2.4(f). The bounds are Linux's: icmp_msgs_per_sec = 1000, icmp_msgs_burst = 50. */
final class ErrorRate {

    private static final long NANOS_A_TOKEN = 1_000_000_000L / 1_000;
    private static final long FULL = 50 * NANOS_A_TOKEN;

    private long credit = FULL;
    private long filledAt;

    ErrorRate(long nowNanos) {
        this.filledAt = nowNanos;
    }

    /** Takes a token; false if there is none. */
    boolean take(long nowNanos) {
        credit = Math.min(FULL, credit + Math.max(0, nowNanos - filledAt));
        filledAt = nowNanos;
        if (credit < NANOS_A_TOKEN) {
            return false;
        }
        credit -= NANOS_A_TOKEN;
        return true;
    }
}

package io.sluice.netstack.engine.tcp;

/** Round-trip time and retransmission time-out: RFC 6298. Nanoseconds. */
final class RetransmissionTimeout {

    private long smoothed;
    private long variation;
    private long timeout = TcpLimits.INITIAL_RTO;
    private int backoffs;

    /** RFC 6298 §2 (2.2), (2.3). */
    void measured(long rtt) {
        if (smoothed == 0) {
            smoothed = Math.max(1, rtt);
            variation = rtt / 2;
        } else {
            variation += (Math.abs(smoothed - rtt) - variation) / 4;
            smoothed = Math.max(1, smoothed + (rtt - smoothed) / 8);
        }
        timeout = Math.min(TcpLimits.MAX_RTO, smoothed + Math.max(TcpLimits.LEAST_RTO_MARGIN, 4 * variation));
        backoffs = 0;
    }

    /** RFC 6298 §5 (5.5): back off. */
    void expired() {
        backoffs++;
    }

    /** New data were acknowledged: the path works, whatever the last estimate was. */
    void progressed() {
        backoffs = 0;
    }

    /** RFC 6298 §5 (5.7). */
    void synLost() {
        timeout = TcpLimits.RTO_AFTER_SYN_LOSS;
        backoffs = 0;
    }

    /** The present RTO, with back-off. */
    long nanos() {
        return backoffs >= 10 ? TcpLimits.MAX_RTO : Math.min(TcpLimits.MAX_RTO, timeout << backoffs);
    }

    int backoffs() {
        return backoffs;
    }

    /** SRTT, 0 before the first measurement. */
    long smoothedNanos() {
        return smoothed;
    }
}

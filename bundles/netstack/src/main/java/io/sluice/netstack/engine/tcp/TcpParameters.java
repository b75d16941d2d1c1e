package io.sluice.netstack.engine.tcp;

/**
 * What of TCP's behaviour is a choice that good stacks make differently. The product runs with {@link #DEFAULTS}; packet scripts written for
 * another stack are played with that one's.
 *
 * @param windowShift RFC 7323 §2.3, of our receive window
 * @param delayedAck nanoseconds an acknowledgement of less than two segments may wait; 0 sends it at the end of the batch
 * @param probeSlack nanoseconds added to two round trips before a tail loss probe (RFC 8985 §7.2)
 * @param tailLossProbe whether there are any
 * @param restartAfterIdle whether the congestion window falls to the restart window after an RTO of silence (RFC 5681 §4.1)
 */
public record TcpParameters(
        int windowShift, long delayedAck, long probeSlack, boolean tailLossProbe, boolean restartAfterIdle) {

    public static final TcpParameters DEFAULTS =
            new TcpParameters(TcpLimits.WINDOW_SHIFT, TcpLimits.DELAYED_ACK, TcpLimits.MIN_PROBE_TIMEOUT, true, true);
}

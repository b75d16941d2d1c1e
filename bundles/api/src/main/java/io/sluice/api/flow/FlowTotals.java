package io.sluice.api.flow;

import java.util.Map;

/**
 * Sums since the flow room started.
 *
 * @param live flows now
 * @param opened flows ever accepted from an inbound
 * @param uplinkBytes octets from clients to the outside, live flows included
 * @param downlinkBytes octets from the outside to clients, live flows included
 * @param closed how many ended, by reason
 * @param outbounds per outbound tag
 */
public record FlowTotals(
        int live,
        long opened,
        long uplinkBytes,
        long downlinkBytes,
        Map<CloseReason, Long> closed,
        Map<String, OutboundTotals> outbounds) {

    public FlowTotals {
        closed = Map.copyOf(closed);
        outbounds = Map.copyOf(outbounds);
    }

    /**
     * Sums of one outbound.
     *
     * @param live flows that use it now
     * @param opened flows that ever did
     * @param failed flows it could not open
     */
    public record OutboundTotals(int live, long opened, long failed, long uplinkBytes, long downlinkBytes) {}
}

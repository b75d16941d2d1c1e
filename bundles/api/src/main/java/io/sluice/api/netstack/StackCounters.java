package io.sluice.api.netstack;

import java.util.Map;

/**
 * A snapshot of what a stack has done.
 *
 * @param connections TCP connections now
 * @param halfOpen of those, with an incomplete handshake
 * @param udpSessions UDP mappings now
 * @param counters name to total since attach, in camelCase with units where they are not packets, e.g. {@code tcpRetransmittedSegments},
 *     {@code malformedTruncated}, {@code synDroppedHalfOpenLimit}
 */
public record StackCounters(int connections, int halfOpen, int udpSessions, Map<String, Long> counters) {

    public StackCounters {
        counters = Map.copyOf(counters);
    }
}

package io.sluice.netstack.engine;

import io.sluice.api.flow.CloseReason;
import java.nio.ByteBuffer;

/** Sends ICMP errors, rate-limited. */
public interface IcmpErrors {

    /**
     * Destination unreachable with the code that the reason means, if the rules and the rate allow one.
     *
     * @param offending borrowed; the packet refused, its IP header at {@code at}
     * @param available octets of it at hand, IP header and 8 octets at least
     */
    void unreachable(CloseReason reason, ByteBuffer offending, int at, int available, long nowNanos);
}

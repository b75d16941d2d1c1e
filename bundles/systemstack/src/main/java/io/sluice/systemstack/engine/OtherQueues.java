package io.sluice.systemstack.engine;

import io.sluice.netstack.engine.IncomingPacket;

/**
 * The other queues of the device. The kernel spreads flows over queues by their addresses, and knows nothing of what a session joins: its
 * replies may come by another queue than the client's segments.
 */
@FunctionalInterface
public interface OtherQueues {

    /** For a device with one queue. */
    OtherQueues NONE = (port, packet) -> false;

    /**
     * Hands a packet of the kernel over.
     *
     * @param port of the listener that sent it
     * @param packet borrowed
     * @return false if no other queue has that listener
     */
    boolean handOver(int port, IncomingPacket packet);
}

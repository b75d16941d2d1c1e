package io.sluice.netstack.engine;

import io.sluice.api.flow.CloseReason;

/** What takes the packets of a transport protocol. Loop thread only. */
public interface TransportInput {

    /** One packet or super-packet; borrowed for the call. Checks its own header, counts what it drops, does not throw. */
    void input(IncomingPacket packet);

    /** The packets of one wake-up are processed: deliver to users, acknowledge, flush. */
    default void batchComplete(long nowNanos) {}

    /** The device takes packets again. */
    default void writable(long nowNanos) {}

    /** Ends everything with the reason. The engine is not used afterwards. */
    void detach(CloseReason reason, long nowNanos);
}

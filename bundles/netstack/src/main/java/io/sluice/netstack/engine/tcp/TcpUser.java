package io.sluice.netstack.engine.tcp;

import io.sluice.api.flow.CloseReason;

/** Whoever uses a connection. Called on the loop, at the end of a batch or from a timer; may call the connection back at once. */
public interface TcpUser {

    /** Octets wait in {@link TcpConnection#read}, or the peer's FIN has come behind them. */
    void readable();

    /** The send queue, which was full, has room again. */
    void writable();

    /**
     * The connection is over; called once. What was received may still be read if it ended in order, and is gone otherwise.
     *
     * @param reason {@link CloseReason#FINISHED} if both sides ended it in order
     */
    void ended(CloseReason reason);
}

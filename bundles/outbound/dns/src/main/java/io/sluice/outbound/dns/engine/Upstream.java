package io.sluice.outbound.dns.engine;

import io.netty.buffer.ByteBuf;
import io.sluice.api.outbound.ConnectException;

/** One server, for one flow. Opened by the first question. Loop thread only. */
interface Upstream {

    /** Octets that may wait while it is opened: those of a neighbour that is being resolved, Linux' {@code unres_qlen_bytes}. */
    int MAX_WAITING_OCTETS = 212_992;

    /** So that small ones are bounded too. */
    int MAX_WAITING = 64;

    /** Who asks. */
    interface Asker {

        /** Ownership passes. */
        void answered(ByteBuf answer);

        /** It takes questions again. */
        void writable();

        /** It cannot be asked, or has gone with questions unanswered. */
        void failed(ConnectException cause);
    }

    /** Ownership passes. What cannot be taken is dropped and counted. */
    void ask(ByteBuf query);

    /** Everything asked since the last flush goes out. */
    void flush();

    /** Whether more questions can be taken without a loss. */
    boolean isWritable();

    /** Whether answers can be taken. */
    void reading(boolean wanted);

    /** Idempotent; nothing is told afterwards. */
    void close();
}

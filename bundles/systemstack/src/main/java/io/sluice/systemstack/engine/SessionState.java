package io.sluice.systemstack.engine;

/** Where a {@link NatSession} stands, in this order. */
enum SessionState {
    /** The kernel has the client's SYN. */
    SYN_SENT,
    /** It has answered, and its handshake is complete; its connection is not accepted yet. */
    SYN_ACKED,
    /** The acceptor knows of it. */
    OFFERED,
    /** The client has the kernel's answer. */
    ACCEPTED,
    /** The client has acknowledged it. */
    ESTABLISHED,
    /** Its connection is closed here; what is under way still passes. */
    CLOSING,
    /** Its port is another's. */
    ENDED
}

package io.sluice.systemstack.engine;

/** Numbers of the session table and where they come from. Times in nanoseconds. */
final class NatLimits {

    private static final long SECOND = 1_000_000_000L;

    /** The kernel answers within the write that gives it a segment, or when the client repeats its SYN after 1 s; else a packet filter drops it. */
    static final long KERNEL_ANSWER = 3 * SECOND;
    /** A connection waits in the kernel's queue while the process has no descriptor left; the client repeats its SYN after 1, 3 and 7 s. */
    static final long KERNEL_ACCEPT = 5 * SECOND;
    /** SYNs given to the kernel for one client's: it takes two where an old connection is in TIME-WAIT. */
    static final int KERNEL_SYNS = 3;

    /** A client that has not repeated its SYN for so long has given up: as in the user stack (BSD's TCPTV_KEEP_INIT). */
    static final long HALF_OPEN = 75 * SECOND;
    /** RFC 6298 §2 (2.1), for SYN, ACK; doubled each time. */
    static final long SYN_ACK_AGAIN = SECOND;
    /** Linux tcp_synack_retries = 5: 1, 2, 4, 8, 16, 32 s. */
    static final long SYN_ACK_LAST = 32 * SECOND;
    /** When more than half of the allowed handshakes are incomplete: 1, 2 s. A flood gets no minute; a client that is there answers sooner. */
    static final long SYN_ACK_LAST_UNDER_PRESSURE = 2 * SECOND;
    /** Incomplete handshakes, whatever the configuration allows: each has two sockets, the kernel's end and the outbound's. */
    static final int MAX_HALF_OPEN = 2_048;

    /** Both FINs have passed: a last acknowledgement that was lost is asked for again with the client's FIN, after 200 ms, 400 ms … 6.4 s. */
    static final long ENDED_IDLE = 10 * SECOND;
    /** The kernel still sends what is queued, or waits for the client's FIN: tcp_fin_timeout (60 s) and a margin. */
    static final long ORPHAN_IDLE = 75 * SECOND;

    /** RFC 8201 §4: no less is believed. */
    static final int MIN_PATH_MTU_V6 = 1_280;

    private NatLimits() {}
}

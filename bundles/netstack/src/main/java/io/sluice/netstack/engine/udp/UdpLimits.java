package io.sluice.netstack.engine.udp;

/** Bounds of UDP, with their origins. */
final class UdpLimits {

    /** A session that was idle for less is not evicted for a new one: otherwise a flood of sources ends every conversation. */
    static final long EVICTABLE_AFTER = 30_000_000_000L;

    /** Octets a session may keep before its client's end is taken: Linux's queue for an unresolved neighbour, unres_qlen_bytes. */
    static final int MAX_WAITING_OCTETS = 212_992;

    /** So that empty datagrams are bounded too; ours: a burst of a resolver. */
    static final int MAX_WAITING = 64;

    /** Packets in two milliseconds: a wake-up each costs more than a pause; below it, the pause would cost more. */
    static final int DENSE = 64;

    /**
     * A pause, in nanoseconds: what a network card that moderates its interrupts waits (rx-usecs of common drivers: 50 … 250), and at 300,000
     * packets a second a sixth of the kernel's default TUN queue of 500.
     */
    static final long REST = 250_000;

    /** Datagrams of one super-packet: UDP_MAX_SEGMENTS of Linux before 6.9 (include/linux/udp.h). */
    static final int MAX_SEGMENTS = 64;

    /** RFC 8201 §4: a path MTU below IPv6's least is not believed (RFC 8200 §5). */
    static final int MIN_PATH_MTU = 1280;

    private UdpLimits() {}
}

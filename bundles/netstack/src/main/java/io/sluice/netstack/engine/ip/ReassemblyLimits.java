package io.sluice.netstack.engine.ip;

/** Bounds of reassembly. */
final class ReassemblyLimits {

    /** RFC 8200 §4.5: 60 s after the first fragment came; RFC 1122 §3.3.2: between 60 and 120 s. */
    static final long TIMEOUT = 60_000_000_000L;

    /** Octets that incomplete packets may hold: Linux's ipfrag_high_thresh and ip6frag_high_thresh. */
    static final int MAX_OCTETS = 4 << 20;

    /** What an incomplete packet costs besides its octets. */
    static final int COST_A_PACKET = 512;

    /** Ranges between gaps: the largest packet has 119 fragments of 576 octets, and in the worst order every second comes first. */
    static final int MAX_RANGES = 64;

    /** Octets of headers before the payload: IPv4 needs 60; what IPv6 puts before a fragment header is seldom more than 16 octets. */
    static final int HEADROOM = 256;

    private ReassemblyLimits() {}
}

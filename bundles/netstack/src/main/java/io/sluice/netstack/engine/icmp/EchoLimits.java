package io.sluice.netstack.engine.icmp;

/** Bounds of echo requests that wait for an outbound. */
final class EchoLimits {

    /** Ours: a monitoring host that pings each address of a /24 at once. */
    static final int MAX_KEPT = 256;

    /** Ours: sixteen of the largest. */
    static final int MAX_KEPT_OCTETS = 1 << 20;

    /** Ping's own patience: iputils waits for twice the longest round trip or 10 s. */
    static final long KEPT_FOR = 10_000_000_000L;

    private EchoLimits() {}
}

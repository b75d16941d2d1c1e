package io.sluice.api.netstack;

/** How a TCP sender finds out what a path carries. */
public enum CongestionAlgorithm {
    /** RFC 9438: grows until something is lost. What nearly everybody uses, and fair to everybody. */
    CUBIC,
    /** Version 3, draft-ietf-ccwg-bbr: measures rate and round trip, and sends at that rate. Faster where much is lost that no queue lost. */
    BBR
}

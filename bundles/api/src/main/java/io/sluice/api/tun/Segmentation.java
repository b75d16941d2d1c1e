package io.sluice.api.tun;

/** How a packet that is larger than the MTU is to be cut, or was put together (generic segmentation offload). */
public enum Segmentation {
    /** An ordinary packet. */
    NONE,
    /** TCP: every segment but the last carries {@code segmentSize} octets of payload. */
    TCP,
    /** UDP: every datagram but the last carries {@code segmentSize} octets of payload. */
    UDP
}

package io.sluice.wire;

/**
 * The part of the IP header that transport checksums cover: RFC 9293 §3.1, RFC 768, RFC 8200 §8.1.
 *
 * <pre>
 *            IPv4                                        IPv6
 * +--------+--------+--------+--------+      +--------+--------+--------+--------+
 * |           source address          |      |       source address (4 words)    |
 * +--------+--------+--------+--------+      +--------+--------+--------+--------+
 * |         destination address       |      |    destination address (4 words)  |
 * +--------+--------+--------+--------+      +--------+--------+--------+--------+
 * |  zero  |protocol|      length     |      |       upper-layer length          |
 * +--------+--------+--------+--------+      +--------+--------+--------+--------+
 *                                            |           zero           |next hdr|
 *                                            +--------+--------+--------+--------+
 * </pre>
 *
 * The sum of the addresses is the same in both directions of a flow and never changes, so a flow computes it once ({@link #addresses4},
 * {@link #addresses6}) and completes it for every packet with {@link #complete}.
 */
public final class PseudoHeader {

    private PseudoHeader() {}

    /** Partial sum of an IPv4 address pair. */
    public static int addresses4(int source, int destination) {
        return Checksum.fold(Checksum.of32(source) + Checksum.of32(destination));
    }

    /** Partial sum of an IPv6 address pair. */
    public static int addresses6(long sourceHigh, long sourceLow, long destinationHigh, long destinationLow) {
        return Checksum.fold(Checksum.of64(sourceHigh)
                + Checksum.of64(sourceLow)
                + Checksum.of64(destinationHigh)
                + Checksum.of64(destinationLow));
    }

    /**
     * Partial sum of the whole pseudo-header. It is also what the checksum field holds while the sum over the rest is left to the device.
     *
     * @param addresses partial sum of the address pair
     * @param protocol of {@link IpProtocol}: the transport's own number, also when extension headers stand before it
     * @param length octets of transport header and payload, 0..2^31-1
     */
    public static int complete(int addresses, int protocol, int length) {
        return Checksum.fold(addresses + protocol + Checksum.of32(length));
    }
}

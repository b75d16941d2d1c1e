package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * View of a UDP header: RFC 768.
 *
 * <p>The length field may be smaller than what IP carries: the surplus belongs to UDP options (RFC 9868) or is padding, and is not part of the
 * payload. It may not be greater. With segmentation offload the length field is that of the whole super-packet.
 */
public final class UdpHeader {

    //  0      7 8     15 16    23 24    31
    // +--------+--------+--------+--------+
    // |   source port   | destination port|
    // +--------+--------+--------+--------+
    // |     length      |    checksum     |
    // +--------+--------+--------+--------+
    public static final int SOURCE_PORT = 0;
    public static final int DESTINATION_PORT = 2;
    public static final int DATAGRAM_LENGTH = 4;
    public static final int CHECKSUM = 6;

    /** Octets of the header: RFC 768. */
    public static final int LENGTH = 8;

    private UdpHeader() {}

    /**
     * Checks the header of a datagram over IPv4, where a checksum of zero means that there is none (RFC 768).
     *
     * @param length octets of header and payload: what the IP header says is its payload
     * @param addressSum partial sum of the packet's addresses, see {@link PseudoHeader}
     */
    public static Verdict check4(ByteBuffer buf, int at, int length, int addressSum, Checksums checksums) {
        Verdict shape = checkShape(buf, at, length);
        if (shape != Verdict.OK || checksums == Checksums.OFFLOADED || checksum(buf, at) == 0) {
            return shape;
        }
        return compare(buf, at, addressSum);
    }

    /** Checks the header of a datagram over IPv6, where a checksum of zero is refused (RFC 8200 §8.1); otherwise as {@link #check4}. */
    public static Verdict check6(ByteBuffer buf, int at, int length, int addressSum, Checksums checksums) {
        Verdict shape = checkShape(buf, at, length);
        if (shape != Verdict.OK || checksums == Checksums.OFFLOADED) {
            return shape;
        }
        return checksum(buf, at) == 0 ? Verdict.ZERO_CHECKSUM : compare(buf, at, addressSum);
    }

    private static Verdict checkShape(ByteBuffer buf, int at, int length) {
        if (!Octets.hold(buf, at, length) || length < LENGTH) {
            return Verdict.TRUNCATED;
        }
        int datagram = length(buf, at);
        if (datagram < LENGTH) {
            return Verdict.BAD_LENGTH;
        }
        return datagram > length ? Verdict.TRUNCATED : Verdict.OK;
    }

    private static Verdict compare(ByteBuffer buf, int at, int addressSum) {
        int length = length(buf, at);
        int pseudo = PseudoHeader.complete(addressSum, IpProtocol.UDP, length);
        return Checksum.isIntact(pseudo + Checksum.sum(buf, at, length)) ? Verdict.OK : Verdict.BAD_CHECKSUM;
    }

    public static int sourcePort(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + SOURCE_PORT);
    }

    public static int destinationPort(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + DESTINATION_PORT);
    }

    /** Octets of header and payload, 8..65535. */
    public static int length(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + DATAGRAM_LENGTH);
    }

    public static int checksum(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + CHECKSUM);
    }

    public static int payloadAt(int at) {
        return at + LENGTH;
    }

    public static int payloadLength(ByteBuffer buf, int at) {
        return length(buf, at) - LENGTH;
    }

    /**
     * Writes the header; the checksum becomes zero.
     *
     * @param length octets of header and payload, 8..65535
     */
    public static void write(ByteBuffer buf, int at, int sourcePort, int destinationPort, int length) {
        buf.putInt(at + SOURCE_PORT, sourcePort << 16 | (destinationPort & 0xffff));
        buf.putInt(at + DATAGRAM_LENGTH, length << 16);
    }

    public static void putSourcePort(ByteBuffer buf, int at, int port) {
        Octets.put16(buf, at + SOURCE_PORT, port);
    }

    public static void putDestinationPort(ByteBuffer buf, int at, int port) {
        Octets.put16(buf, at + DESTINATION_PORT, port);
    }

    /** Computes and writes the checksum of a datagram that lies in one piece; its length field must be set. */
    public static void putChecksum(ByteBuffer buf, int at, int addressSum) {
        putChecksum(buf, at, Checksum.sum(buf, at + LENGTH, length(buf, at) - LENGTH), addressSum);
    }

    /**
     * Computes and writes the checksum of a datagram whose payload lies elsewhere; its length field must be set.
     *
     * @param payloadSum partial sum of the payload
     */
    public static void putChecksum(ByteBuffer buf, int at, int payloadSum, int addressSum) {
        int length = length(buf, at);
        int sum = PseudoHeader.complete(addressSum, IpProtocol.UDP, length)
                + Checksum.of32(buf.getInt(at + SOURCE_PORT))
                + length
                + payloadSum;
        int field = Checksum.complement(sum);
        // RFC 768: a computed zero is transmitted as all ones.
        Octets.put16(buf, at + CHECKSUM, field == 0 ? 0xffff : field);
    }

    /** Leaves the sum over the datagram to the device: the field gets the pseudo-header's sum, not complemented. */
    public static void putPartialChecksum(ByteBuffer buf, int at, int addressSum) {
        Octets.put16(buf, at + CHECKSUM, PseudoHeader.complete(addressSum, IpProtocol.UDP, length(buf, at)));
    }
}

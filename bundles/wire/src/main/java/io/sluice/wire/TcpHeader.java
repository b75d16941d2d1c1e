package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * View of a TCP header: RFC 9293 §3.1. Options are read by {@link TcpOptions} and written by {@link TcpOptionWriter}.
 *
 * <p>Sequence numbers are the 32 bits of an {@code int}: differences wrap as the RFC wants them to (§3.4).
 */
public final class TcpHeader {

    //  0                   1                   2                   3
    //  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |          Source Port          |       Destination Port        |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |                        Sequence Number                        |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |                    Acknowledgment Number                      |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |  Data |       |C|E|U|A|P|R|S|F|                               |
    // | Offset| Rsrvd |W|C|R|C|S|S|Y|I|            Window             |
    // |       |       |R|E|G|K|H|T|N|N|                               |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |           Checksum            |         Urgent Pointer        |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |                           [Options]                           |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    public static final int SOURCE_PORT = 0;
    public static final int DESTINATION_PORT = 2;
    public static final int SEQUENCE = 4;
    public static final int ACKNOWLEDGMENT = 8;
    public static final int DATA_OFFSET = 12;
    public static final int FLAGS = 13;
    public static final int WINDOW = 14;
    public static final int CHECKSUM = 16;
    public static final int URGENT_POINTER = 18;
    public static final int OPTIONS = 20;

    /** Octets of a header without options: RFC 9293 §3.1. */
    public static final int MIN_LENGTH = 20;
    /** Octets of a header with all options: RFC 9293 §3.1. */
    public static final int MAX_LENGTH = 60;

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    public static final int URG = 0x20;
    public static final int ECE = 0x40; // RFC 3168 §6.1
    public static final int CWR = 0x80; // RFC 3168 §6.1

    private TcpHeader() {}

    /**
     * Checks the header of a segment.
     *
     * @param length octets of header and payload: what the IP header says is its payload
     * @param addressSum partial sum of the packet's addresses, see {@link PseudoHeader}
     */
    public static Verdict check(ByteBuffer buf, int at, int length, int addressSum, Checksums checksums) {
        if (!Octets.hold(buf, at, length) || length < MIN_LENGTH) {
            return Verdict.TRUNCATED;
        }
        int headerLength = headerLength(buf, at);
        if (headerLength < MIN_LENGTH || headerLength > length) {
            return Verdict.BAD_LENGTH;
        }
        if (checksums == Checksums.VERIFY) {
            // RFC 9293 §3.1: the receiver MUST check it (MUST-3).
            int pseudo = PseudoHeader.complete(addressSum, IpProtocol.TCP, length);
            if (!Checksum.isIntact(pseudo + Checksum.sum(buf, at, length))) {
                return Verdict.BAD_CHECKSUM;
            }
        }
        return isPossible(flags(buf, at)) ? Verdict.OK : Verdict.BAD_FLAGS;
    }

    /**
     * RFC 9293 §3.10.7: a segment opens (SYN), resets (RST) or carries ACK. SYN with FIN or with RST contradicts itself: probes use them to
     * slip past filters.
     */
    private static boolean isPossible(int flags) {
        if ((flags & SYN) != 0) {
            return (flags & (FIN | RST)) == 0;
        }
        return (flags & (RST | ACK)) != 0;
    }

    public static int sourcePort(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + SOURCE_PORT);
    }

    public static int destinationPort(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + DESTINATION_PORT);
    }

    public static int sequence(ByteBuffer buf, int at) {
        return buf.getInt(at + SEQUENCE);
    }

    public static int acknowledgment(ByteBuffer buf, int at) {
        return buf.getInt(at + ACKNOWLEDGMENT);
    }

    /** Octets of the header with its options, 20..60. */
    public static int headerLength(ByteBuffer buf, int at) {
        return (buf.get(at + DATA_OFFSET) & 0xf0) >>> 2;
    }

    /** The eight control bits. */
    public static int flags(ByteBuffer buf, int at) {
        return Octets.u8(buf, at + FLAGS);
    }

    /** The window field as it stands, not scaled. */
    public static int window(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + WINDOW);
    }

    public static int checksum(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + CHECKSUM);
    }

    public static int urgentPointer(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + URGENT_POINTER);
    }

    public static int payloadAt(ByteBuffer buf, int at) {
        return at + headerLength(buf, at);
    }

    /**
     * Writes the fixed part; checksum and urgent pointer become zero.
     *
     * @param headerLength octets with options, a multiple of 4, 20..60
     */
    public static void write(
            ByteBuffer buf,
            int at,
            int sourcePort,
            int destinationPort,
            int sequence,
            int acknowledgment,
            int headerLength,
            int flags,
            int window) {
        buf.putInt(at + SOURCE_PORT, sourcePort << 16 | (destinationPort & 0xffff));
        buf.putInt(at + SEQUENCE, sequence);
        buf.putInt(at + ACKNOWLEDGMENT, acknowledgment);
        buf.putInt(at + DATA_OFFSET, headerLength << 26 | (flags & 0xff) << 16 | (window & 0xffff));
        buf.putInt(at + CHECKSUM, 0);
    }

    public static void putSourcePort(ByteBuffer buf, int at, int port) {
        Octets.put16(buf, at + SOURCE_PORT, port);
    }

    public static void putDestinationPort(ByteBuffer buf, int at, int port) {
        Octets.put16(buf, at + DESTINATION_PORT, port);
    }

    public static void putUrgentPointer(ByteBuffer buf, int at, int pointer) {
        Octets.put16(buf, at + URGENT_POINTER, pointer);
    }

    /** Computes and writes the checksum of a segment that lies in one piece. */
    public static void putChecksum(ByteBuffer buf, int at, int length, int addressSum) {
        Octets.put16(buf, at + CHECKSUM, 0);
        int pseudo = PseudoHeader.complete(addressSum, IpProtocol.TCP, length);
        Octets.put16(buf, at + CHECKSUM, Checksum.complement(pseudo + Checksum.sum(buf, at, length)));
    }

    /**
     * Computes and writes the checksum of a segment whose payload lies elsewhere.
     *
     * @param payloadLength octets of the payload
     * @param payloadSum its partial sum
     */
    public static void putChecksum(ByteBuffer buf, int at, int payloadLength, int payloadSum, int addressSum) {
        Octets.put16(buf, at + CHECKSUM, 0);
        int headerLength = headerLength(buf, at);
        int pseudo = PseudoHeader.complete(addressSum, IpProtocol.TCP, headerLength + payloadLength);
        int sum = pseudo + payloadSum + Checksum.sum(buf, at, headerLength);
        Octets.put16(buf, at + CHECKSUM, Checksum.complement(sum));
    }

    /** Leaves the sum over the segment to the device: the field gets the pseudo-header's sum, not complemented. */
    public static void putPartialChecksum(ByteBuffer buf, int at, int length, int addressSum) {
        Octets.put16(buf, at + CHECKSUM, PseudoHeader.complete(addressSum, IpProtocol.TCP, length));
    }
}

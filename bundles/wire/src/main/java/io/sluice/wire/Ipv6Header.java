package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * View of the fixed IPv6 header: RFC 8200 §3. What follows it is walked by {@link Ipv6Chain}.
 *
 * <p>Jumbograms (RFC 2675) are not supported: a payload length of zero means an empty payload, whatever options claim.
 */
public final class Ipv6Header {

    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |Version| Traffic Class |           Flow Label                  |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |         Payload Length        |  Next Header  |   Hop Limit   |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |                                                               |
    // +                         Source Address (16 octets)            +
    // |                                                               |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |                                                               |
    // +                      Destination Address (16 octets)          +
    // |                                                               |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    public static final int VERSION_CLASS_LABEL = 0;
    public static final int PAYLOAD_LENGTH = 4;
    public static final int NEXT_HEADER = 6;
    public static final int HOP_LIMIT = 7;
    public static final int SOURCE = 8;
    public static final int DESTINATION = 24;

    /** Octets of the fixed header: RFC 8200 §3. */
    public static final int LENGTH = 40;
    /** The smallest MTU a link may have: RFC 8200 §5. */
    public static final int MIN_MTU = 1280;
    /** The largest value of the payload length field. */
    public static final int MAX_PAYLOAD_LENGTH = 65_535;

    private Ipv6Header() {}

    /**
     * Checks the header and that the whole packet is there.
     *
     * @param length octets of the packet that were read, counted from {@code at}
     */
    public static Verdict check(ByteBuffer buf, int at, int length) {
        Verdict shape = checkShape(buf, at, length);
        if (shape != Verdict.OK) {
            return shape;
        }
        if (totalLength(buf, at) > length) {
            return Verdict.TRUNCATED;
        }
        long sourceHigh = sourceHigh(buf, at);
        // RFC 4291 §2.7: "Multicast addresses must not be used as source addresses in IPv6 packets".
        if (Ip6Address.isMulticast(sourceHigh)
                // RFC 4291 §2.5.5.2 gives IPv4-mapped addresses a meaning inside a node only. Refused here, they can be
                // used as the
                // common form of both families behind this check.
                || Ip6Address.isV4Mapped(sourceHigh, sourceLow(buf, at))
                || Ip6Address.isV4Mapped(destinationHigh(buf, at), destinationLow(buf, at))) {
            return Verdict.BAD_ADDRESS;
        }
        return Verdict.OK;
    }

    /** Checks a header quoted inside an ICMPv6 error, where the packet may be cut anywhere behind the fixed header. */
    public static Verdict checkQuoted(ByteBuffer buf, int at, int length) {
        return checkShape(buf, at, length);
    }

    private static Verdict checkShape(ByteBuffer buf, int at, int length) {
        if (!Octets.hold(buf, at, length) || length < LENGTH) {
            return Verdict.TRUNCATED;
        }
        return IpVersion.of(buf, at) == IpVersion.V6 ? Verdict.OK : Verdict.BAD_VERSION;
    }

    public static int trafficClass(ByteBuffer buf, int at) {
        return buf.getInt(at + VERSION_CLASS_LABEL) >>> 20 & 0xff;
    }

    /** Differentiated services code point, 0..63: RFC 2474 §3. */
    public static int dscp(ByteBuffer buf, int at) {
        return trafficClass(buf, at) >>> 2;
    }

    /** Explicit congestion notification, 0..3: RFC 3168 §5. */
    public static int ecn(ByteBuffer buf, int at) {
        return trafficClass(buf, at) & 3;
    }

    /** 0..2^20-1: RFC 6437. */
    public static int flowLabel(ByteBuffer buf, int at) {
        return buf.getInt(at + VERSION_CLASS_LABEL) & 0xf_ffff;
    }

    /** Octets behind the fixed header, extension headers included. */
    public static int payloadLength(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + PAYLOAD_LENGTH);
    }

    /** Octets of fixed header and payload. */
    public static int totalLength(ByteBuffer buf, int at) {
        return LENGTH + payloadLength(buf, at);
    }

    public static int nextHeader(ByteBuffer buf, int at) {
        return Octets.u8(buf, at + NEXT_HEADER);
    }

    public static int hopLimit(ByteBuffer buf, int at) {
        return Octets.u8(buf, at + HOP_LIMIT);
    }

    public static long sourceHigh(ByteBuffer buf, int at) {
        return buf.getLong(at + SOURCE);
    }

    public static long sourceLow(ByteBuffer buf, int at) {
        return buf.getLong(at + SOURCE + 8);
    }

    public static long destinationHigh(ByteBuffer buf, int at) {
        return buf.getLong(at + DESTINATION);
    }

    public static long destinationLow(ByteBuffer buf, int at) {
        return buf.getLong(at + DESTINATION + 8);
    }

    /** Partial sum of the address pair, to be completed by {@link PseudoHeader#complete}. */
    public static int addressSum(ByteBuffer buf, int at) {
        return PseudoHeader.addresses6(
                sourceHigh(buf, at), sourceLow(buf, at), destinationHigh(buf, at), destinationLow(buf, at));
    }

    /**
     * Writes the fixed header.
     *
     * @param payloadLength octets behind the fixed header, 0..65535
     */
    public static void write(
            ByteBuffer buf,
            int at,
            int trafficClass,
            int flowLabel,
            int payloadLength,
            int nextHeader,
            int hopLimit,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow) {
        buf.putInt(at + VERSION_CLASS_LABEL, 6 << 28 | (trafficClass & 0xff) << 20 | (flowLabel & 0xf_ffff));
        buf.putInt(at + PAYLOAD_LENGTH, (payloadLength & 0xffff) << 16 | (nextHeader & 0xff) << 8 | (hopLimit & 0xff));
        putSource(buf, at, sourceHigh, sourceLow);
        putDestination(buf, at, destinationHigh, destinationLow);
    }

    public static void putPayloadLength(ByteBuffer buf, int at, int octets) {
        Octets.put16(buf, at + PAYLOAD_LENGTH, octets);
    }

    public static void putNextHeader(ByteBuffer buf, int at, int nextHeader) {
        Octets.put8(buf, at + NEXT_HEADER, nextHeader);
    }

    public static void putHopLimit(ByteBuffer buf, int at, int hopLimit) {
        Octets.put8(buf, at + HOP_LIMIT, hopLimit);
    }

    public static void putTrafficClass(ByteBuffer buf, int at, int trafficClass) {
        int word = buf.getInt(at + VERSION_CLASS_LABEL) & ~(0xff << 20);
        buf.putInt(at + VERSION_CLASS_LABEL, word | (trafficClass & 0xff) << 20);
    }

    /** Sets the source; a transport checksum is the caller's to update. */
    public static void putSource(ByteBuffer buf, int at, long high, long low) {
        buf.putLong(at + SOURCE, high);
        buf.putLong(at + SOURCE + 8, low);
    }

    /** Sets the destination; a transport checksum is the caller's to update. */
    public static void putDestination(ByteBuffer buf, int at, long high, long low) {
        buf.putLong(at + DESTINATION, high);
        buf.putLong(at + DESTINATION + 8, low);
    }

    /** Exchanges source and destination, which changes no checksum. */
    public static void swapAddresses(ByteBuffer buf, int at) {
        long high = sourceHigh(buf, at);
        long low = sourceLow(buf, at);
        putSource(buf, at, destinationHigh(buf, at), destinationLow(buf, at));
        putDestination(buf, at, high, low);
    }
}

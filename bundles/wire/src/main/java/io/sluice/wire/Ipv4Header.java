package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * View of an IPv4 header: RFC 791 §3.1, with the type of service read as in RFC 2474 and RFC 3168.
 *
 * <p>Options are walked once, by the check; none is acted upon. A source route is refused. The total length may be anything up to 65 535,
 * whatever the MTU, and octets behind it (link padding) are allowed. A total length of zero, which some devices use for packets beyond 64 KiB,
 * is refused: no device of ours is told to produce them.
 */
public final class Ipv4Header {

    //  0                   1                   2                   3
    //  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |Version|  IHL  |    DSCP   |ECN|          Total Length         |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |         Identification        |Flags|      Fragment Offset    |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |  Time to Live |    Protocol   |         Header Checksum       |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |                       Source Address                          |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |                    Destination Address                        |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |                    Options                    |    Padding    |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    public static final int VERSION_IHL = 0;
    public static final int TOS = 1;
    public static final int TOTAL_LENGTH = 2;
    public static final int IDENTIFICATION = 4;
    public static final int FLAGS_OFFSET = 6;
    public static final int TTL = 8;
    public static final int PROTOCOL = 9;
    public static final int CHECKSUM = 10;
    public static final int SOURCE = 12;
    public static final int DESTINATION = 16;
    public static final int OPTIONS = 20;

    /** Octets of a header without options: RFC 791 §3.1, IHL 5. */
    public static final int MIN_LENGTH = 20;
    /** Octets of a header with all options: RFC 791 §3.1, IHL 15. */
    public static final int MAX_LENGTH = 60;
    /** The largest value of the total length field. */
    public static final int MAX_TOTAL_LENGTH = 65_535;

    /** In {@link #flagsAndOffset}: RFC 791 §3.1. */
    public static final int DONT_FRAGMENT = 0x4000;
    /** In {@link #flagsAndOffset}: RFC 791 §3.1. */
    public static final int MORE_FRAGMENTS = 0x2000;

    private static final int OFFSET_MASK = 0x1fff;
    private static final int END_OF_OPTIONS = 0; // RFC 791 §3.1
    private static final int NO_OPERATION = 1; // RFC 791 §3.1
    private static final int LOOSE_SOURCE_ROUTE = 131; // RFC 791 §3.1
    private static final int STRICT_SOURCE_ROUTE = 137; // RFC 791 §3.1

    private Ipv4Header() {}

    /**
     * Checks the header and that the whole packet is there.
     *
     * @param length octets of the packet that were read, counted from {@code at}
     * @param checksums whether the header checksum is compared; offload does not touch it, so input from a kernel can be verified always
     */
    public static Verdict check(ByteBuffer buf, int at, int length, Checksums checksums) {
        Verdict shape = checkShape(buf, at, length);
        if (shape != Verdict.OK) {
            return shape;
        }
        if (totalLength(buf, at) > length) {
            return Verdict.TRUNCATED;
        }
        int headerLength = headerLength(buf, at);
        if (checksums == Checksums.VERIFY && !Checksum.isIntact(Checksum.sum(buf, at, headerLength))) {
            return Verdict.BAD_CHECKSUM;
        }
        if (headerLength != MIN_LENGTH) {
            Verdict options = checkOptions(buf, at + OPTIONS, at + headerLength);
            if (options != Verdict.OK) {
                return options;
            }
        }
        if (isFragment(buf, at) && !isPossibleFragment(buf, at)) {
            return Verdict.BAD_FRAGMENT;
        }
        // RFC 1122 §3.2.1.3: a source "MUST NOT" be a broadcast or multicast address.
        int source = source(buf, at);
        if (Ip4Address.isMulticast(source) || Ip4Address.isBroadcast(source)) {
            return Verdict.BAD_ADDRESS;
        }
        return Verdict.OK;
    }

    /**
     * Checks a header quoted inside an ICMP error, where the packet is cut: the header and 8 octets behind it are required (RFC 792), the
     * total length is not compared and the checksum is not verified, because routers on the way have changed what it covers.
     */
    public static Verdict checkQuoted(ByteBuffer buf, int at, int length) {
        Verdict shape = checkShape(buf, at, length);
        if (shape != Verdict.OK) {
            return shape;
        }
        return length - headerLength(buf, at) < 8 ? Verdict.TRUNCATED : Verdict.OK;
    }

    private static Verdict checkShape(ByteBuffer buf, int at, int length) {
        if (!Octets.hold(buf, at, length) || length < MIN_LENGTH) {
            return Verdict.TRUNCATED;
        }
        if (IpVersion.of(buf, at) != IpVersion.V4) {
            return Verdict.BAD_VERSION;
        }
        int headerLength = headerLength(buf, at);
        if (headerLength < MIN_LENGTH || totalLength(buf, at) < headerLength) {
            return Verdict.BAD_LENGTH;
        }
        return headerLength > length ? Verdict.TRUNCATED : Verdict.OK;
    }

    private static Verdict checkOptions(ByteBuffer buf, int from, int end) {
        int index = from;
        while (index < end) {
            int type = Octets.u8(buf, index);
            if (type == END_OF_OPTIONS) {
                return Verdict.OK;
            }
            if (type == NO_OPERATION) {
                index++;
                continue;
            }
            if (index + 1 >= end) {
                return Verdict.BAD_OPTION;
            }
            int optionLength = Octets.u8(buf, index + 1);
            if (optionLength < 2 || optionLength > end - index) {
                return Verdict.BAD_OPTION;
            }
            if (type == LOOSE_SOURCE_ROUTE || type == STRICT_SOURCE_ROUTE) {
                return Verdict.SOURCE_ROUTED;
            }
            index += optionLength;
        }
        return Verdict.OK;
    }

    private static boolean isPossibleFragment(ByteBuffer buf, int at) {
        int payload = payloadLength(buf, at);
        if (moreFragments(buf, at) && (payload == 0 || (payload & 7) != 0)) {
            return false; // RFC 791 §3.2: all fragments but the last hold a multiple of 8 octets
        }
        // The reassembled packet must be expressible in its own total length field.
        return fragmentOffset(buf, at) + totalLength(buf, at) <= MAX_TOTAL_LENGTH;
    }

    /** Octets of the header with its options, 20..60. */
    public static int headerLength(ByteBuffer buf, int at) {
        return (buf.get(at + VERSION_IHL) & 0x0f) << 2;
    }

    public static int tos(ByteBuffer buf, int at) {
        return Octets.u8(buf, at + TOS);
    }

    /** Differentiated services code point, 0..63: RFC 2474 §3. */
    public static int dscp(ByteBuffer buf, int at) {
        return tos(buf, at) >>> 2;
    }

    /** Explicit congestion notification, 0..3: RFC 3168 §5. */
    public static int ecn(ByteBuffer buf, int at) {
        return tos(buf, at) & 3;
    }

    /** Octets of header and payload. */
    public static int totalLength(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + TOTAL_LENGTH);
    }

    public static int payloadAt(ByteBuffer buf, int at) {
        return at + headerLength(buf, at);
    }

    public static int payloadLength(ByteBuffer buf, int at) {
        return totalLength(buf, at) - headerLength(buf, at);
    }

    public static int identification(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + IDENTIFICATION);
    }

    /** The three flags and the fragment offset in units of 8 octets, as they stand in the header. */
    public static int flagsAndOffset(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + FLAGS_OFFSET);
    }

    public static boolean dontFragment(ByteBuffer buf, int at) {
        return (flagsAndOffset(buf, at) & DONT_FRAGMENT) != 0;
    }

    public static boolean moreFragments(ByteBuffer buf, int at) {
        return (flagsAndOffset(buf, at) & MORE_FRAGMENTS) != 0;
    }

    /** Where the payload belongs in the reassembled packet's payload, in octets. */
    public static int fragmentOffset(ByteBuffer buf, int at) {
        return (flagsAndOffset(buf, at) & OFFSET_MASK) << 3;
    }

    /** Whether the packet is a part of another one. */
    public static boolean isFragment(ByteBuffer buf, int at) {
        return (flagsAndOffset(buf, at) & (MORE_FRAGMENTS | OFFSET_MASK)) != 0;
    }

    public static int ttl(ByteBuffer buf, int at) {
        return Octets.u8(buf, at + TTL);
    }

    public static int protocol(ByteBuffer buf, int at) {
        return Octets.u8(buf, at + PROTOCOL);
    }

    public static int checksum(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + CHECKSUM);
    }

    public static int source(ByteBuffer buf, int at) {
        return buf.getInt(at + SOURCE);
    }

    public static int destination(ByteBuffer buf, int at) {
        return buf.getInt(at + DESTINATION);
    }

    /** Partial sum of the address pair, to be completed by {@link PseudoHeader#complete}. */
    public static int addressSum(ByteBuffer buf, int at) {
        return PseudoHeader.addresses4(source(buf, at), destination(buf, at));
    }

    /**
     * Writes a header of {@link #MIN_LENGTH} octets with its checksum.
     *
     * @param totalLength octets of header and payload, 20..65535
     * @param flagsAndOffset {@link #DONT_FRAGMENT}, {@link #MORE_FRAGMENTS} and the offset in units of 8 octets
     */
    public static void write(
            ByteBuffer buf,
            int at,
            int tos,
            int totalLength,
            int identification,
            int flagsAndOffset,
            int ttl,
            int protocol,
            int source,
            int destination) {
        int first = 0x4500 | (tos & 0xff);
        int lifetime = (ttl & 0xff) << 8 | (protocol & 0xff);
        int checksum = Checksum.complement(first
                + (totalLength & 0xffff)
                + (identification & 0xffff)
                + (flagsAndOffset & 0xffff)
                + lifetime
                + PseudoHeader.addresses4(source, destination));
        buf.putInt(at + VERSION_IHL, first << 16 | (totalLength & 0xffff));
        buf.putInt(at + IDENTIFICATION, identification << 16 | (flagsAndOffset & 0xffff));
        buf.putInt(at + TTL, lifetime << 16 | checksum);
        buf.putInt(at + SOURCE, source);
        buf.putInt(at + DESTINATION, destination);
    }

    /** Sets the total length and keeps the checksum true. */
    public static void putTotalLength(ByteBuffer buf, int at, int octets) {
        Checksum.replace16(buf, at + CHECKSUM, at + TOTAL_LENGTH, octets);
    }

    /** Sets DSCP and ECN and keeps the checksum true. */
    public static void putTos(ByteBuffer buf, int at, int tos) {
        Checksum.replace16(buf, at + CHECKSUM, at + VERSION_IHL, Octets.u8(buf, at) << 8 | (tos & 0xff));
    }

    /** Sets the identification and keeps the checksum true. */
    public static void putIdentification(ByteBuffer buf, int at, int identification) {
        Checksum.replace16(buf, at + CHECKSUM, at + IDENTIFICATION, identification);
    }

    /** Sets flags and offset and keeps the checksum true. */
    public static void putFlagsAndOffset(ByteBuffer buf, int at, int flagsAndOffset) {
        Checksum.replace16(buf, at + CHECKSUM, at + FLAGS_OFFSET, flagsAndOffset);
    }

    /** Sets the time to live and keeps the checksum true. */
    public static void putTtl(ByteBuffer buf, int at, int ttl) {
        Checksum.replace16(buf, at + CHECKSUM, at + TTL, (ttl & 0xff) << 8 | protocol(buf, at));
    }

    /** Sets the source and keeps the header checksum true; a transport checksum is the caller's to update. */
    public static void putSource(ByteBuffer buf, int at, int address) {
        Checksum.replace32(buf, at + CHECKSUM, at + SOURCE, address);
    }

    /** Sets the destination and keeps the header checksum true; a transport checksum is the caller's to update. */
    public static void putDestination(ByteBuffer buf, int at, int address) {
        Checksum.replace32(buf, at + CHECKSUM, at + DESTINATION, address);
    }

    /** Exchanges source and destination, which changes no checksum. */
    public static void swapAddresses(ByteBuffer buf, int at) {
        int source = source(buf, at);
        buf.putInt(at + SOURCE, destination(buf, at));
        buf.putInt(at + DESTINATION, source);
    }
}

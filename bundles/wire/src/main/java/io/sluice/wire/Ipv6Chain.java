package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * Walks the extension headers behind a checked IPv6 header (RFC 8200 §4) and holds what it found. One object a thread, used again for every
 * packet; all positions it reports are relative to the first octet of the IPv6 header, as ICMPv6 pointers are.
 *
 * <p><b>Walked over:</b> hop-by-hop options, destination options, routing (with no segments left), authentication (RFC 4302), atomic
 * fragments (RFC 6946). Any other number is an upper-layer protocol, ESP (RFC 4303) and "no next header" among them.
 *
 * <p><b>On a fragment</b> the walk stops: protocol and payload are those directly behind the fragment header, options there are judged after
 * reassembly. A first fragment must hold all its headers (RFC 7112).
 *
 * <p><b>Limits:</b> {@link #MAX_HEADERS} extension headers and {@link #MAX_OPTIONS} options other than padding in one of them. Work is bounded
 * by the packet's length besides.
 *
 * <p><b>On a refusal</b> {@link #answerCode} and {@link #answerPointer} hold the Parameter Problem that the sender is owed, if any.
 */
public final class Ipv6Chain {

    /** Extension headers in one packet. RFC 8200 §4.1 recommends an order in which seven occur, and leaves one to spare. */
    public static final int MAX_HEADERS = 8;
    /** Options other than padding in one header: the default of RFC 8504 §5.3. */
    public static final int MAX_OPTIONS = 8;
    /** {@link #answerCode} when the packet is discarded without a word. */
    public static final int SILENT = -1;

    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |  Next Header  |  Hdr Ext Len  |  options, or type-specific    |  RFC 8200 §4.3, §4.4, §4.6
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |  Next Header  |   Reserved    |      Fragment Offset    |Res|M|  RFC 8200 §4.5
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |                         Identification                        |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    private static final int EXTENSION_LENGTH = 1;
    private static final int ROUTING_TYPE = 2;
    private static final int SEGMENTS_LEFT = 3;
    private static final int FRAGMENT_OFFSET = 2;
    private static final int FRAGMENT_IDENTIFICATION = 4;
    private static final int MORE_FRAGMENTS = 1;

    /** Octets of a fragment header: RFC 8200 §4.5. */
    public static final int FRAGMENT_HEADER_LENGTH = 8;

    private static final int PAD_1 = 0; // RFC 8200 §4.2
    private static final int PAD_N = 1; // RFC 8200 §4.2
    private static final int ROUTER_ALERT = 5; // RFC 2711 §2.1

    private int protocol;
    private int protocolNamedAt;
    private int payloadOffset;
    private int payloadLength;
    private boolean fragment;
    private int fragmentAt;
    private int fragmentWord;
    private int identification;
    private int answerCode;
    private int answerPointer;

    /** Walks the chain of the packet at {@code at}, which {@link Ipv6Header#check} has accepted. */
    public Verdict walk(ByteBuffer buf, int at) {
        int next = Ipv6Header.nextHeader(buf, at);
        int end = Ipv6Header.totalLength(buf, at);
        fragment = false;
        if (next == IpProtocol.TCP || next == IpProtocol.UDP || next == IpProtocol.ICMPV6) {
            return arrive(next, Ipv6Header.NEXT_HEADER, Ipv6Header.LENGTH, end);
        }
        return walkExtensions(buf, at, next, end);
    }

    private Verdict walkExtensions(ByteBuffer buf, int at, int first, int end) {
        int next = first;
        int namedAt = Ipv6Header.NEXT_HEADER;
        int cursor = Ipv6Header.LENGTH;
        for (int headers = 0; isExtension(next); headers++) {
            if (headers == MAX_HEADERS) {
                return refuse(Verdict.CHAIN_TOO_LONG, Icmpv6.TOO_MANY_EXTENSION_HEADERS, cursor);
            }
            if (next == IpProtocol.HOP_BY_HOP && headers != 0) {
                // RFC 8200 §4: zero anywhere but in the IPv6 header is an unrecognized Next Header.
                return refuse(Verdict.HEADER_MISPLACED, Icmpv6.UNRECOGNIZED_NEXT_HEADER, namedAt);
            }
            int size = size(buf, at + cursor, next, end - cursor);
            if (size < 0) {
                return refuse(Verdict.TRUNCATED, SILENT, 0);
            }
            if (next == IpProtocol.FRAGMENT) {
                Verdict stop = meetFragment(buf, at, cursor, namedAt, end);
                if (stop != Verdict.OK || fragment) {
                    return stop;
                }
            } else if (next == IpProtocol.ROUTING && Octets.u8(buf, at + cursor + SEGMENTS_LEFT) != 0) {
                // RFC 8200 §4.4: an unrecognized type with segments left; no type is recognized here, RFC 5095 for type
                // 0.
                return refuse(Verdict.SOURCE_ROUTED, Icmpv6.ERRONEOUS_FIELD, cursor + ROUTING_TYPE);
            } else if (next == IpProtocol.HOP_BY_HOP || next == IpProtocol.DESTINATION_OPTIONS) {
                Verdict options = walkOptions(buf, at, cursor + 2, cursor + size);
                if (options != Verdict.OK) {
                    return options;
                }
            }
            next = Octets.u8(buf, at + cursor);
            namedAt = cursor;
            cursor += size;
        }
        return arrive(next, namedAt, cursor, end);
    }

    private static boolean isExtension(int header) {
        return switch (header) {
            case IpProtocol.HOP_BY_HOP,
                    IpProtocol.ROUTING,
                    IpProtocol.FRAGMENT,
                    IpProtocol.AH,
                    IpProtocol.DESTINATION_OPTIONS -> true;
            default -> false;
        };
    }

    /** Octets of the extension header at {@code index}, or -1 when fewer than that are available. */
    private static int size(ByteBuffer buf, int index, int header, int available) {
        if (available < 8) {
            return -1; // no extension header is shorter: RFC 8200 §4.3 to §4.6, RFC 4302 §2
        }
        int size = switch (header) {
            case IpProtocol.FRAGMENT -> FRAGMENT_HEADER_LENGTH;
            case IpProtocol.AH -> (Octets.u8(buf, index + EXTENSION_LENGTH) + 2) << 2; // RFC 4302 §2.2
            default -> (Octets.u8(buf, index + EXTENSION_LENGTH) + 1) << 3; // RFC 8200 §4.3
        };
        return size > available ? -1 : size;
    }

    private Verdict meetFragment(ByteBuffer buf, int at, int cursor, int namedAt, int end) {
        fragmentAt = cursor;
        fragmentWord = Octets.u16(buf, at + cursor + FRAGMENT_OFFSET);
        identification = buf.getInt(at + cursor + FRAGMENT_IDENTIFICATION);
        if (fragmentOffset() == 0 && !moreFragments()) {
            return Verdict.OK; // RFC 6946: an atomic fragment is a whole packet
        }
        fragment = true;
        int behind = cursor + FRAGMENT_HEADER_LENGTH;
        int length = end - behind;
        if (moreFragments() && (length == 0 || (length & 7) != 0)) {
            // RFC 8200 §4.5: not a multiple of 8 octets, pointing to the Payload Length field
            return refuse(Verdict.BAD_FRAGMENT, Icmpv6.ERRONEOUS_FIELD, Ipv6Header.PAYLOAD_LENGTH);
        }
        int unfragmentable = cursor - Ipv6Header.LENGTH;
        if (unfragmentable + fragmentOffset() + length > Ipv6Header.MAX_PAYLOAD_LENGTH) {
            // RFC 8200 §4.5: the reassembled payload would exceed 65,535 octets, pointing to the Fragment Offset field
            return refuse(Verdict.BAD_FRAGMENT, Icmpv6.ERRONEOUS_FIELD, cursor + FRAGMENT_OFFSET);
        }
        int header = Octets.u8(buf, at + cursor);
        if (fragmentOffset() == 0 && !holdsChain(buf, at, header, behind, end)) {
            // RFC 7112 §5: code 3, pointer zero
            return refuse(Verdict.CHAIN_INCOMPLETE, Icmpv6.INCOMPLETE_HEADER_CHAIN, 0);
        }
        protocolNamedAt = namedAt;
        protocol = header;
        payloadOffset = behind;
        payloadLength = length;
        return Verdict.OK;
    }

    /** Whether all headers up to the upper-layer one lie in a first fragment; their content is judged after reassembly. */
    private static boolean holdsChain(ByteBuffer buf, int at, int first, int from, int end) {
        int next = first;
        int cursor = from;
        for (int headers = 0; isExtension(next) && headers < MAX_HEADERS; headers++) {
            int size = size(buf, at + cursor, next, end - cursor);
            if (size < 0) {
                return false;
            }
            next = Octets.u8(buf, at + cursor);
            cursor += size;
        }
        int upper = switch (next) {
            case IpProtocol.TCP -> TcpHeader.MIN_LENGTH;
            case IpProtocol.UDP -> UdpHeader.LENGTH;
            case IpProtocol.ICMPV6 -> Icmp.MIN_LENGTH;
            default -> 0;
        };
        return end - cursor >= upper;
    }

    private Verdict walkOptions(ByteBuffer buf, int at, int from, int end) {
        int cursor = from;
        int options = 0;
        while (cursor < end) {
            int type = Octets.u8(buf, at + cursor);
            if (type == PAD_1) {
                cursor++;
                continue;
            }
            if (cursor + 1 >= end || Octets.u8(buf, at + cursor + 1) > end - cursor - 2) {
                return refuse(Verdict.BAD_OPTION, Icmpv6.ERRONEOUS_FIELD, cursor);
            }
            if (type != PAD_N) {
                if (options++ == MAX_OPTIONS) {
                    return refuse(Verdict.CHAIN_TOO_LONG, Icmpv6.TOO_MANY_OPTIONS, cursor);
                }
                if (type != ROUTER_ALERT && type >>> 6 != 0) {
                    return refuseUnknownOption(buf, at, type >>> 6, cursor);
                }
            }
            cursor += 2 + Octets.u8(buf, at + cursor + 1);
        }
        return Verdict.OK;
    }

    /** RFC 8200 §4.2: what the two highest bits of an unknown option's type ask for; 00 means to skip it. */
    private Verdict refuseUnknownOption(ByteBuffer buf, int at, int action, int pointer) {
        boolean answered = action == 2 || (action == 3 && !Ip6Address.isMulticast(Ipv6Header.destinationHigh(buf, at)));
        return refuse(Verdict.UNKNOWN_OPTION, answered ? Icmpv6.UNRECOGNIZED_OPTION : SILENT, pointer);
    }

    private Verdict arrive(int header, int namedAt, int cursor, int end) {
        protocol = header;
        protocolNamedAt = namedAt;
        payloadOffset = cursor;
        payloadLength = end - cursor;
        answerCode = SILENT;
        return Verdict.OK;
    }

    private Verdict refuse(Verdict verdict, int code, int pointer) {
        protocol = -1;
        answerCode = code;
        answerPointer = pointer;
        return verdict;
    }

    /** The upper-layer protocol, or on a fragment the header named by the fragment header; -1 after a refusal. */
    public int protocol() {
        return protocol;
    }

    /**
     * Where the protocol is named: the pointer of a Parameter Problem "unrecognized next header". On a fragment: where the fragment header is
     * named, which is the octet to overwrite with {@link #protocol} on reassembly.
     */
    public int protocolNamedAt() {
        return protocolNamedAt;
    }

    /** The payload's distance from the first octet of the IPv6 header. */
    public int payloadOffset() {
        return payloadOffset;
    }

    /** Octets of the upper-layer header and payload, or of the fragment's part of them. */
    public int payloadLength() {
        return payloadLength;
    }

    /** Whether the packet is a part of another one; an atomic fragment is not. */
    public boolean isFragment() {
        return fragment;
    }

    /** On a fragment: the fragment header's distance from the first octet of the IPv6 header. */
    public int fragmentAt() {
        return fragmentAt;
    }

    /** On a fragment: where its payload belongs in the fragmentable part, in octets. */
    public int fragmentOffset() {
        return fragmentWord & 0xfff8;
    }

    /** On a fragment: whether another follows. */
    public boolean moreFragments() {
        return (fragmentWord & MORE_FRAGMENTS) != 0;
    }

    /** On a fragment: the 32 bits that all fragments of a packet share. */
    public int identification() {
        return identification;
    }

    /** After a refusal: the code of the Parameter Problem the sender is owed, or {@link #SILENT}. */
    public int answerCode() {
        return answerCode;
    }

    /** After a refusal with an {@link #answerCode}: the pointer that goes with it. */
    public int answerPointer() {
        return answerPointer;
    }
}

package io.sluice.wire;

import java.nio.ByteBuffer;

/** ICMP for IPv6: RFC 4443. Fields are read with {@link Icmp}. */
public final class Icmpv6 {

    public static final int UNREACHABLE = 1;
    public static final int PACKET_TOO_BIG = 2;
    public static final int TIME_EXCEEDED = 3;
    public static final int PARAMETER_PROBLEM = 4;
    public static final int ECHO_REQUEST = 128;
    public static final int ECHO_REPLY = 129;
    public static final int ROUTER_SOLICITATION = 133; // RFC 4861 §4.1
    public static final int ROUTER_ADVERTISEMENT = 134; // RFC 4861 §4.2
    public static final int NEIGHBOR_SOLICITATION = 135; // RFC 4861 §4.3
    public static final int NEIGHBOR_ADVERTISEMENT = 136; // RFC 4861 §4.4
    public static final int REDIRECT = 137; // RFC 4861 §4.5

    // Codes of UNREACHABLE: RFC 4443 §3.1.
    public static final int NO_ROUTE = 0;
    public static final int ADMINISTRATIVELY_PROHIBITED = 1;
    public static final int BEYOND_SCOPE = 2;
    public static final int ADDRESS_UNREACHABLE = 3;
    public static final int PORT_UNREACHABLE = 4;
    public static final int POLICY_FAILED = 5;
    public static final int REJECT_ROUTE = 6;

    // Codes of TIME_EXCEEDED: RFC 4443 §3.3.
    public static final int HOP_LIMIT_EXCEEDED = 0;
    public static final int REASSEMBLY_TIME_EXCEEDED = 1;

    // Codes of PARAMETER_PROBLEM: RFC 4443 §3.4, RFC 7112 §5, RFC 8883 §2.
    public static final int ERRONEOUS_FIELD = 0;
    public static final int UNRECOGNIZED_NEXT_HEADER = 1;
    public static final int UNRECOGNIZED_OPTION = 2;
    public static final int INCOMPLETE_HEADER_CHAIN = 3;
    public static final int TOO_MANY_EXTENSION_HEADERS = 7;
    public static final int TOO_MANY_OPTIONS = 8;

    private Icmpv6() {}

    /**
     * Checks a message.
     *
     * @param length octets of the message, extension headers before it not counted
     * @param addressSum partial sum of the packet's addresses, see {@link PseudoHeader}
     */
    public static Verdict check(ByteBuffer buf, int at, int length, int addressSum, Checksums checksums) {
        if (!Octets.hold(buf, at, length) || length < Icmp.MIN_LENGTH) {
            return Verdict.TRUNCATED;
        }
        if (checksums == Checksums.VERIFY) {
            int pseudo = PseudoHeader.complete(addressSum, IpProtocol.ICMPV6, length);
            if (!Checksum.isIntact(pseudo + Checksum.sum(buf, at, length))) {
                return Verdict.BAD_CHECKSUM;
            }
        }
        return Verdict.OK;
    }

    /** Whether a message of this type reports on another packet: RFC 4443 §2.1, the types whose high bit is zero. */
    public static boolean isError(int type) {
        return type < 128;
    }

    /** MTU of a "packet too big", capped to 2^31-1. */
    public static int mtu(ByteBuffer buf, int at) {
        int mtu = Icmp.rest(buf, at);
        return mtu < 0 ? Integer.MAX_VALUE : mtu;
    }

    /** Of a parameter problem: the octet of the quoted packet that is wrong; negative beyond 2^31-1. */
    public static int pointer(ByteBuffer buf, int at) {
        return Icmp.rest(buf, at);
    }

    /** Turns an echo request into its reply, data untouched, checksum kept true: RFC 4443 §4.2. */
    public static void becomeEchoReply(ByteBuffer buf, int at) {
        Icmp.retype(buf, at, ECHO_REPLY, 0);
    }

    /** Writes the first eight octets; the checksum becomes zero. */
    public static void write(ByteBuffer buf, int at, int type, int code, int rest) {
        Icmp.write(buf, at, type, code, rest);
    }

    /** Computes and writes the checksum over {@code length} octets. */
    public static void putChecksum(ByteBuffer buf, int at, int length, int addressSum) {
        Octets.put16(buf, at + Icmp.CHECKSUM, 0);
        int pseudo = PseudoHeader.complete(addressSum, IpProtocol.ICMPV6, length);
        Octets.put16(buf, at + Icmp.CHECKSUM, Checksum.complement(pseudo + Checksum.sum(buf, at, length)));
    }
}

package io.sluice.wire;

import java.nio.ByteBuffer;

/** ICMP for IPv4: RFC 792, RFC 1122 §3.2.2, RFC 1191 §4. Fields are read with {@link Icmp}. */
public final class Icmpv4 {

    public static final int ECHO_REPLY = 0;
    public static final int UNREACHABLE = 3;
    public static final int SOURCE_QUENCH = 4; // deprecated by RFC 6633, still an error message
    public static final int REDIRECT = 5;
    public static final int ECHO_REQUEST = 8;
    public static final int TIME_EXCEEDED = 11;
    public static final int PARAMETER_PROBLEM = 12;

    // Codes of UNREACHABLE: RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1.
    public static final int NET_UNREACHABLE = 0;
    public static final int HOST_UNREACHABLE = 1;
    public static final int PROTOCOL_UNREACHABLE = 2;
    public static final int PORT_UNREACHABLE = 3;
    public static final int FRAGMENTATION_NEEDED = 4;
    public static final int ADMINISTRATIVELY_PROHIBITED = 13;

    // Codes of TIME_EXCEEDED: RFC 792.
    public static final int TTL_EXCEEDED = 0;
    public static final int REASSEMBLY_TIME_EXCEEDED = 1;

    private Icmpv4() {}

    /**
     * Checks a message.
     *
     * @param length octets of the message: what the IP header says is its payload
     */
    public static Verdict check(ByteBuffer buf, int at, int length, Checksums checksums) {
        if (!Octets.hold(buf, at, length) || length < Icmp.MIN_LENGTH) {
            return Verdict.TRUNCATED;
        }
        if (checksums == Checksums.VERIFY && !Checksum.isIntact(Checksum.sum(buf, at, length))) {
            return Verdict.BAD_CHECKSUM;
        }
        return Verdict.OK;
    }

    /** Whether a message of this type reports on another packet: RFC 1122 §3.2.2. */
    public static boolean isError(int type) {
        return switch (type) {
            case UNREACHABLE, SOURCE_QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM -> true;
            default -> false;
        };
    }

    /** Next-hop MTU of "fragmentation needed", 0 from a router older than RFC 1191 §4. */
    public static int mtu(ByteBuffer buf, int at) {
        return Icmp.rest(buf, at) & 0xffff;
    }

    /** Of a parameter problem: the octet of the quoted packet that is wrong. */
    public static int pointer(ByteBuffer buf, int at) {
        return Icmp.rest(buf, at) >>> 24;
    }

    /** Turns an echo request into its reply, data untouched, checksum kept true: RFC 1122 §3.2.2.6. */
    public static void becomeEchoReply(ByteBuffer buf, int at) {
        Icmp.retype(buf, at, ECHO_REPLY, 0);
    }

    /** Writes the first eight octets; the checksum becomes zero. */
    public static void write(ByteBuffer buf, int at, int type, int code, int rest) {
        Icmp.write(buf, at, type, code, rest);
    }

    /** Computes and writes the checksum over {@code length} octets. */
    public static void putChecksum(ByteBuffer buf, int at, int length) {
        Octets.put16(buf, at + Icmp.CHECKSUM, 0);
        Octets.put16(buf, at + Icmp.CHECKSUM, Checksum.complement(Checksum.sum(buf, at, length)));
    }
}

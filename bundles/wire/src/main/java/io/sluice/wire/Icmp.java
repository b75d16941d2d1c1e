package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * View of what ICMP (RFC 792) and ICMPv6 (RFC 4443 §2.1) messages have in common. Types, codes and checks are in {@link Icmpv4} and
 * {@link Icmpv6}.
 */
public final class Icmp {

    //  0                   1                   2                   3
    //  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |     Type      |     Code      |          Checksum             |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |  rest of header: identifier and sequence number (echo), MTU,  |
    // |  pointer, or unused                                           |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |  echoed data, or as much as fits of the offending packet ...  |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    public static final int TYPE = 0;
    public static final int CODE = 1;
    public static final int CHECKSUM = 2;
    public static final int REST = 4;
    public static final int IDENTIFIER = 4;
    public static final int SEQUENCE = 6;
    public static final int BODY = 8;

    /** Octets of the smallest message: RFC 792; no ICMPv6 message in use is shorter. */
    public static final int MIN_LENGTH = 8;

    private Icmp() {}

    public static int type(ByteBuffer buf, int at) {
        return Octets.u8(buf, at + TYPE);
    }

    public static int code(ByteBuffer buf, int at) {
        return Octets.u8(buf, at + CODE);
    }

    public static int checksum(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + CHECKSUM);
    }

    /** The four octets behind the checksum, whatever they mean for the type. */
    public static int rest(ByteBuffer buf, int at) {
        return buf.getInt(at + REST);
    }

    /** Of an echo message. */
    public static int identifier(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + IDENTIFIER);
    }

    /** Of an echo message. */
    public static int sequence(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + SEQUENCE);
    }

    /** Where echoed data or the quoted packet begins. */
    public static int bodyAt(int at) {
        return at + BODY;
    }

    /** Writes the first eight octets; the checksum becomes zero. */
    static void write(ByteBuffer buf, int at, int type, int code, int rest) {
        buf.putInt(at + TYPE, (type & 0xff) << 24 | (code & 0xff) << 16);
        buf.putInt(at + REST, rest);
    }

    /** Sets type and code and keeps the checksum true. */
    static void retype(ByteBuffer buf, int at, int type, int code) {
        Checksum.replace16(buf, at + CHECKSUM, at + TYPE, (type & 0xff) << 8 | (code & 0xff));
    }
}

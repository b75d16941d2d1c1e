package io.sluice.wire.dns;

import io.sluice.wire.Octets;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;

/** View of a DNS message's header: RFC 1035 §4.1.1, with the AD and CD bits of RFC 4035 §3.2. */
public final class DnsHeader {

    //   0  1  2  3  4  5  6  7  8  9  0  1  2  3  4  5
    // +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
    // |                      ID                       |
    // +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
    // |QR|   Opcode  |AA|TC|RD|RA| Z|AD|CD|   RCODE   |
    // +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
    // |                    QDCOUNT                    |
    // +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
    // |                    ANCOUNT                    |
    // +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
    // |                    NSCOUNT                    |
    // +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
    // |                    ARCOUNT                    |
    // +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
    public static final int ID = 0;
    public static final int FLAGS = 2;
    public static final int QUESTIONS = 4;
    public static final int ANSWERS = 6;
    public static final int AUTHORITIES = 8;
    public static final int ADDITIONALS = 10;

    /** Octets of the header. */
    public static final int LENGTH = 12;

    public static final int QR = 0x8000;
    public static final int AA = 0x0400;
    public static final int TC = 0x0200;
    public static final int RD = 0x0100;
    public static final int RA = 0x0080;
    public static final int AD = 0x0020;
    public static final int CD = 0x0010;
    public static final int OPCODE_MASK = 0x7800;
    public static final int RCODE_MASK = 0x000f;

    private DnsHeader() {}

    /**
     * Checks a whole message: sections, names, and the data of the types this package understands. Octets behind the last record are ignored.
     *
     * @param length octets of the message, without the length field of TCP
     */
    public static Verdict check(ByteBuffer buf, int at, int length) {
        return DnsScan.check(buf, at, length);
    }

    public static int id(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + ID);
    }

    /** The second word, opcode and response code among the flags. */
    public static int flags(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + FLAGS);
    }

    public static boolean isResponse(ByteBuffer buf, int at) {
        return (flags(buf, at) & QR) != 0;
    }

    /** 0..65535 */
    public static int questions(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + QUESTIONS);
    }

    /** 0..65535 */
    public static int answers(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + ANSWERS);
    }

    /** 0..65535 */
    public static int authorities(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + AUTHORITIES);
    }

    /** 0..65535 */
    public static int additionals(ByteBuffer buf, int at) {
        return Octets.u16(buf, at + ADDITIONALS);
    }

    /** Sets the identifier: what a forwarder changes in a message it passes on. */
    public static void putId(ByteBuffer buf, int at, int id) {
        Octets.put16(buf, at + ID, id);
    }

    public static void putFlags(ByteBuffer buf, int at, int flags) {
        Octets.put16(buf, at + FLAGS, flags);
    }
}

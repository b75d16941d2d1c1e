package io.sluice.wire.dns;

import io.sluice.wire.Octets;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;

/**
 * Walks a message without making objects. Everything untrusted is bounded here: a name by 255 octets and {@link #MAX_JUMPS} compression
 * pointers, each of which must point before the part of the name it ends (RFC 1035 §4.1.4: "a prior occurrence"); records by the message.
 */
final class DnsScan {

    /** A name has at most 127 labels, and a sane encoder writes at most one pointer behind each. */
    static final int MAX_JUMPS = 127;
    /** Octets of a name: RFC 1035 §2.3.4. */
    static final int MAX_NAME = 255;

    // +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
    // /                     NAME                      /   RFC 1035 §4.1.3
    // +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
    // |                     TYPE                      |
    // |                     CLASS                     |
    // |                      TTL (32 bits)            |
    // |                   RDLENGTH                    |
    // +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
    // /                     RDATA                     /
    // +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
    static final int TYPE = 0;
    static final int CLASS = 2;
    static final int TTL = 4;
    static final int DATA_LENGTH = 8;
    /** From the end of the name to the data. */
    static final int FIXED = 10;
    /** Type and class behind a question's name: RFC 1035 §4.1.2. */
    static final int QUESTION_FIXED = 4;

    /** The five 32-bit numbers of SOA data: RFC 1035 §3.3.13. */
    static final int SOA_NUMBERS = 20;

    /** Instead of an index: the name runs out of its bounds. */
    private static final int CUT = -1;
    /** Instead of an index: the name is too long, or its compression is refused. */
    private static final int REFUSED = -2;

    private static final int SECTIONS_OF_RECORDS = 3;

    private DnsScan() {}

    static Verdict check(ByteBuffer buf, int at, int length) {
        if (at < 0 || length < DnsHeader.LENGTH || length > buf.limit() - at) {
            return Verdict.TRUNCATED;
        }
        int end = at + length;
        int index = at + DnsHeader.LENGTH;
        for (int left = DnsHeader.questions(buf, at); left > 0; left--) {
            index = nameEnd(buf, at, index, end);
            if (index < 0) {
                return verdict(index);
            }
            index += QUESTION_FIXED;
            if (index > end) {
                return Verdict.TRUNCATED;
            }
        }
        boolean optSeen = false;
        for (int section = 0; section < SECTIONS_OF_RECORDS; section++) {
            for (int left = Octets.u16(buf, at + DnsHeader.ANSWERS + 2 * section); left > 0; left--) {
                int fixed = nameEnd(buf, at, index, end);
                if (fixed < 0) {
                    return verdict(fixed);
                }
                if (end - fixed < FIXED || dataEnd(buf, fixed) > end) {
                    return Verdict.TRUNCATED;
                }
                if (type(buf, fixed) == DnsType.OPT) {
                    // RFC 6891 §6.1.1: once at most, in the additional section, owned by the root
                    if (optSeen || section != SECTIONS_OF_RECORDS - 1 || buf.get(index) != 0) {
                        return Verdict.BAD_OPTION;
                    }
                    optSeen = true;
                }
                Verdict data = checkData(buf, at, fixed);
                if (data != Verdict.OK) {
                    return data;
                }
                index = dataEnd(buf, fixed);
            }
        }
        return Verdict.OK;
    }

    private static Verdict verdict(int index) {
        return index == CUT ? Verdict.TRUNCATED : Verdict.BAD_NAME;
    }

    private static Verdict checkData(ByteBuffer buf, int at, int fixed) {
        int data = fixed + FIXED;
        int end = dataEnd(buf, fixed);
        return switch (kind(buf, fixed)) {
            case DnsType.A -> end - data == 4 ? Verdict.OK : Verdict.BAD_LENGTH;
            case DnsType.AAAA -> end - data == 16 ? Verdict.OK : Verdict.BAD_LENGTH;
            case DnsType.NS, DnsType.CNAME, DnsType.PTR, DnsType.DNAME -> checkNames(buf, at, data, 1, 0, end);
            case DnsType.SOA -> checkNames(buf, at, data, 2, SOA_NUMBERS, end);
            case DnsType.MX -> checkNames(buf, at, data + 2, 1, 0, end);
            case DnsType.SRV -> checkNames(buf, at, data + 6, 1, 0, end);
            case DnsType.OPT -> checkOptions(buf, data, end);
            default -> Verdict.OK;
        };
    }

    /** Names and then so many octets must fill the data exactly. */
    private static Verdict checkNames(ByteBuffer buf, int at, int from, int names, int behind, int end) {
        int index = from;
        for (int left = names; left > 0; left--) {
            index = nameEnd(buf, at, index, end);
            if (index < 0) {
                return index == CUT ? Verdict.BAD_LENGTH : Verdict.BAD_NAME;
            }
        }
        return end - index == behind ? Verdict.OK : Verdict.BAD_LENGTH;
    }

    /** RFC 6891 §6.1.2: code, length, data. */
    private static Verdict checkOptions(ByteBuffer buf, int from, int end) {
        int index = from;
        while (index < end) {
            if (end - index < 4 || Octets.u16(buf, index + 2) > end - index - 4) {
                return Verdict.BAD_OPTION;
            }
            index += 4 + Octets.u16(buf, index + 2);
        }
        return Verdict.OK;
    }

    /**
     * The index behind the name at {@code index} as it stands there, not where its compression leads, or a negative number.
     *
     * @param at the message, to which compression pointers relate
     * @param end where the enclosing section or data ends
     */
    private static int nameEnd(ByteBuffer buf, int at, int index, int end) {
        int cursor = index;
        int runStart = index;
        int octets = 1; // the root label
        int behind = CUT;
        int jumps = 0;
        while (cursor < end) {
            int length = Octets.u8(buf, cursor);
            if (length == 0) {
                return behind == CUT ? cursor + 1 : behind;
            }
            switch (length & 0xc0) {
                case 0x00 -> {
                    octets += length + 1;
                    cursor += length + 1;
                    if (octets > MAX_NAME) {
                        return REFUSED;
                    }
                }
                case 0xc0 -> {
                    if (cursor + 1 >= end) {
                        return CUT;
                    }
                    if (behind == CUT) {
                        behind = cursor + 2;
                    }
                    cursor = at + (Octets.u16(buf, cursor) & 0x3fff);
                    if (cursor >= runStart || cursor < at + DnsHeader.LENGTH || jumps++ == MAX_JUMPS) {
                        return REFUSED;
                    }
                    runStart = cursor;
                }
                default -> {
                    return REFUSED; // 01: RFC 6891 §5, deprecated; 10: RFC 1035 §4.1.4, reserved
                }
            }
        }
        return CUT;
    }

    /** The index behind a name in a checked message. */
    static int skipName(ByteBuffer buf, int index) {
        int cursor = index;
        while (true) {
            int length = Octets.u8(buf, cursor);
            if (length == 0) {
                return cursor + 1;
            }
            if (length >= 0xc0) {
                return cursor + 2;
            }
            cursor += length + 1;
        }
    }

    /** The index behind the questions of a checked message. */
    static int skipQuestions(ByteBuffer buf, int at) {
        int index = at + DnsHeader.LENGTH;
        for (int left = DnsHeader.questions(buf, at); left > 0; left--) {
            index = skipName(buf, index) + QUESTION_FIXED;
        }
        return index;
    }

    static int type(ByteBuffer buf, int fixed) {
        return Octets.u16(buf, fixed + TYPE);
    }

    static int dataEnd(ByteBuffer buf, int fixed) {
        return fixed + FIXED + Octets.u16(buf, fixed + DATA_LENGTH);
    }

    /** The type by which the data is to be read: types have a meaning in the Internet class only, but OPT, whose class is a size. */
    static int kind(ByteBuffer buf, int fixed) {
        int type = type(buf, fixed);
        return type == DnsType.OPT || Octets.u16(buf, fixed + CLASS) == DnsType.CLASS_IN ? type : 0;
    }
}

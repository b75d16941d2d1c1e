package io.sluice.wire.dns;

import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A whole message: RFC 1035 §4.1.
 *
 * @param id 0..65535
 * @param flags the second word of {@link DnsHeader}, opcode and low part of the response code included
 * @param additionals without the OPT record
 * @param edns the OPT record, if there is one; it is written as the last record
 */
public record DnsMessage(
        int id,
        int flags,
        List<DnsQuestion> questions,
        List<DnsRecord> answers,
        List<DnsRecord> authorities,
        List<DnsRecord> additionals,
        Optional<Edns> edns) {

    /** Octets of a UDP message whose receiver said nothing about its size: RFC 1035 §2.3.4. */
    public static final int MIN_UDP_PAYLOAD = 512;
    /** Octets of the largest message: the length field of TCP, RFC 1035 §4.2.2. */
    public static final int MAX_LENGTH = 65_535;

    public DnsMessage {
        questions = List.copyOf(questions);
        answers = List.copyOf(answers);
        authorities = List.copyOf(authorities);
        additionals = List.copyOf(additionals);
    }

    /** A query for recursive resolution with EDNS. */
    public static DnsMessage query(int id, DnsQuestion question) {
        return new DnsMessage(
                id, DnsHeader.RD, List.of(question), List.of(), List.of(), List.of(), Optional.of(Edns.ours()));
    }

    /** See {@link DnsHeader#check}. */
    public static Verdict check(ByteBuffer buf, int at, int length) {
        return DnsHeader.check(buf, at, length);
    }

    /** Reads a message that {@link #check} has accepted; nothing of the buffer is kept. */
    public static DnsMessage parse(ByteBuffer buf, int at) {
        return new DnsReader(buf, at).message();
    }

    /**
     * Writes the message with compressed names. When it does not fit, only header, questions and OPT are written, with TC set, so that the
     * receiver asks again over TCP (RFC 2181 §9); when not even these fit, the options go, and at last the questions.
     *
     * @param limit octets that may be written from {@code at}, {@link #MIN_UDP_PAYLOAD} at least
     * @return octets written
     * @throws IllegalArgumentException when {@code limit} is below {@link #MIN_UDP_PAYLOAD}
     */
    public int emit(ByteBuffer buf, int at, int limit) {
        if (limit < MIN_UDP_PAYLOAD) {
            throw new IllegalArgumentException("a DNS message needs room for 512 octets, not " + limit);
        }
        return DnsWriter.write(this, buf, at, Math.min(limit, MAX_LENGTH));
    }

    /**
     * The response to this query: same id, opcode and questions, RD and CD copied (RFC 1035 §4.1.1, RFC 4035 §3.2.2), RA set, and EDNS exactly when
     * the query has it (RFC 6891 §6.1.1), DO copied (RFC 3225 §3).
     *
     * @param rcode of {@link DnsRcode}, 0..4095; without EDNS in the query only its low four bits can be told
     */
    public DnsMessage response(int rcode, List<DnsRecord> answers) {
        int copied = flags & (DnsHeader.OPCODE_MASK | DnsHeader.RD | DnsHeader.CD);
        return new DnsMessage(
                id,
                DnsHeader.QR | DnsHeader.RA | copied | (rcode & DnsHeader.RCODE_MASK),
                questions,
                answers,
                List.of(),
                List.of(),
                edns.map(theirs -> new Edns(
                        Edns.DEFAULT_UDP_PAYLOAD, rcode >>> 4, 0, theirs.flags() & Edns.DNSSEC_OK, List.of())));
    }

    public boolean isResponse() {
        return (flags & DnsHeader.QR) != 0;
    }

    /** Whether records are missing for want of room. */
    public boolean isTruncated() {
        return (flags & DnsHeader.TC) != 0;
    }

    public boolean recursionDesired() {
        return (flags & DnsHeader.RD) != 0;
    }

    /** 0 is a query: RFC 1035 §4.1.1. */
    public int opcode() {
        return (flags & DnsHeader.OPCODE_MASK) >>> 11;
    }

    /** Of {@link DnsRcode}, 0..4095. */
    public int rcode() {
        int low = flags & DnsHeader.RCODE_MASK;
        return edns.map(said -> said.extendedRcode() << 4 | low).orElse(low);
    }

    /** Octets of the largest UDP response that the sender of this query takes. */
    public int udpPayload() {
        return edns.map(said -> Math.max(said.udpPayload(), MIN_UDP_PAYLOAD)).orElse(MIN_UDP_PAYLOAD);
    }

    /** How long a negative answer may be kept, in seconds, if it says so: RFC 2308 §5. */
    public OptionalInt negativeTtl() {
        for (DnsRecord record : authorities) {
            if (record.data() instanceof DnsData.Authority authority) {
                return OptionalInt.of(Math.min(record.ttl(), Math.max(0, authority.minimum())));
            }
        }
        return OptionalInt.empty();
    }
}

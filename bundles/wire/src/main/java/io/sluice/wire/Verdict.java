package io.sluice.wire;

/**
 * What a check found. Each reason is worth a counter of its own: keep a {@code long[Verdict.COUNT]} and increment the element
 * {@link #ordinal()}.
 */
public enum Verdict {
    /** Every accessor of the checked header is now safe. */
    OK("the header is well formed"),
    /** Fewer octets than a length field or the fixed part of a header asks for. */
    TRUNCATED("the packet ends before the header or the length it announces"),
    /** The version nibble is not that of the protocol. */
    BAD_VERSION("the version field does not match the protocol"),
    /** A length field that contradicts itself or another one. */
    BAD_LENGTH("a length field contradicts the header"),
    /** The ones-complement sum over the covered octets is not all ones. */
    BAD_CHECKSUM("the checksum does not match the octets it covers"),
    /** UDP over IPv6 without a checksum: RFC 8200 §8.1. */
    ZERO_CHECKSUM("a UDP datagram over IPv6 carries no checksum"),
    /** An option whose length is impossible or runs out of its header. */
    BAD_OPTION("an option has an impossible length"),
    /** An IPv6 option that asks the receiver who does not know it to discard the packet: RFC 8200 §4.2. */
    UNKNOWN_OPTION("an unknown option asks for the packet to be discarded"),
    /** A fragment of impossible size or offset. */
    BAD_FRAGMENT("a fragment has an impossible size or offset"),
    /** An address that must not appear in this place of a packet. */
    BAD_ADDRESS("an address must not appear in this place of a packet"),
    /** A combination of TCP control bits that no state of a connection allows. */
    BAD_FLAGS("the TCP control bits exclude one another"),
    /** A source route: RFC 7126 §4.3, §4.4 (IPv4), RFC 5095 (IPv6). */
    SOURCE_ROUTED("the packet asks for a source route"),
    /** Hop-by-hop options anywhere but directly behind the IPv6 header: RFC 8200 §4.1. */
    HEADER_MISPLACED("an extension header stands in a place where it is not allowed"),
    /** More extension headers or options than this node processes. */
    CHAIN_TOO_LONG("the packet has more extension headers or options than are processed"),
    /** A domain name of more than 255 octets, or one whose compression points forward, in a circle or on and on: RFC 1035 §2.3.4, §4.1.4. */
    BAD_NAME("a domain name is too long, or its compression does not end"),
    /** A first fragment that does not hold all headers: RFC 7112. */
    CHAIN_INCOMPLETE("a first fragment does not hold the whole header chain");

    /** How many verdicts there are: the size of an array of counters. */
    public static final int COUNT = values().length;

    private final String sentence;

    Verdict(String sentence) {
        this.sentence = sentence;
    }

    public boolean isOk() {
        return this == OK;
    }

    /** The reason in words, for logs and diagnosis. */
    public String sentence() {
        return sentence;
    }
}

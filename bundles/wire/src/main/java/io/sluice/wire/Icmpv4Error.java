package io.sluice.wire;

import java.nio.ByteBuffer;

/** Builds ICMP error packets about IPv4 packets, and knows when none may be sent. How many may be sent is the caller's to limit. */
public final class Icmpv4Error {

    /** The whole error packet: "as much as possible without exceeding 576 bytes", RFC 1812 §4.3.2.3. */
    public static final int MAX_LENGTH = 576;
    /** Default of the IANA "IP Time to Live Parameter": 64. */
    public static final int TTL = 64;
    /** Internetwork control, the precedence of ICMP errors: RFC 1812 §4.3.2.5. */
    public static final int TOS = 0xc0;

    private static final int OVERHEAD = Ipv4Header.MIN_LENGTH + Icmp.BODY;

    private Icmpv4Error() {}

    /** Whether RFC 1122 §3.2.2 lets an error be sent about the packet at {@code at}, which {@link Ipv4Header#check} has accepted. */
    public static boolean mayAnswer(ByteBuffer buf, int at) {
        if (Ipv4Header.fragmentOffset(buf, at) != 0) {
            return false; // "a non-initial fragment"
        }
        if (!Ip4Address.isUnicast(Ipv4Header.destination(buf, at))) {
            return false; // "an IP broadcast or IP multicast address"
        }
        int source = Ipv4Header.source(buf, at);
        if (!Ip4Address.isUnicast(source) || Ip4Address.isLoopback(source)) {
            return false; // "a source address [that] does not define a single host"
        }
        if (Ipv4Header.protocol(buf, at) != IpProtocol.ICMPV4) {
            return true;
        }
        // "an ICMP error message"; without even a type it can't be told
        return Ipv4Header.payloadLength(buf, at) > 0 && !Icmpv4.isError(Icmp.type(buf, Ipv4Header.payloadAt(buf, at)));
    }

    /**
     * Octets that {@link #write} will produce about a packet of which {@code available} octets are at hand.
     */
    public static int length(int available) {
        return Math.min(MAX_LENGTH, OVERHEAD + available);
    }

    /**
     * Writes the whole error packet, IP header included, addressed to the offending packet's source.
     *
     * @param out has room for {@link #length} octets from {@code at}; a different buffer than {@code offending}
     * @param rest the four octets behind the checksum: next-hop MTU, pointer in the highest octet, or 0
     * @param source the address that answers
     * @param identification of the error packet; unused by a receiver unless the packet is fragmented on its way
     * @param available octets of the offending packet at hand, its IP header at least
     * @return octets written
     */
    public static int write(
            ByteBuffer out,
            int at,
            int type,
            int code,
            int rest,
            int source,
            int identification,
            ByteBuffer offending,
            int offendingAt,
            int available) {
        int length = length(available);
        int destination = Ipv4Header.source(offending, offendingAt);
        Ipv4Header.write(out, at, TOS, length, identification, 0, TTL, IpProtocol.ICMPV4, source, destination);
        int message = at + Ipv4Header.MIN_LENGTH;
        Icmp.write(out, message, type, code, rest);
        out.put(message + Icmp.BODY, offending, offendingAt, length - OVERHEAD);
        Icmpv4.putChecksum(out, message, length - Ipv4Header.MIN_LENGTH);
        return length;
    }
}

package io.sluice.wire;

import java.nio.ByteBuffer;

/** Builds ICMPv6 error packets, and knows when none may be sent. How many may be sent is the caller's to limit (RFC 4443 §2.4(f)). */
public final class Icmpv6Error {

    /** The whole error packet fits the minimum IPv6 MTU: RFC 4443 §2.4(c). */
    public static final int MAX_LENGTH = Ipv6Header.MIN_MTU;
    /** Default of the IANA "IP Time to Live Parameter": 64. */
    public static final int HOP_LIMIT = 64;

    private static final int OVERHEAD = Ipv6Header.LENGTH + Icmp.BODY;

    private Icmpv6Error() {}

    /**
     * Whether RFC 4443 §2.4(e) lets an error of this type and code be sent about the packet at {@code at}.
     *
     * @param chain what the walk of that very packet found, also after a refusal
     */
    public static boolean mayAnswer(ByteBuffer buf, int at, Ipv6Chain chain, int type, int code) {
        long sourceHigh = Ipv6Header.sourceHigh(buf, at);
        long sourceLow = Ipv6Header.sourceLow(buf, at);
        if (Ip6Address.isMulticast(sourceHigh)
                || Ip6Address.isUnspecified(sourceHigh, sourceLow)
                || Ip6Address.isLoopback(sourceHigh, sourceLow)) {
            return false; // (e.6): "does not uniquely identify a single node"
        }
        if (isAboutError(buf, at, chain)) {
            return false;
        }
        if (Ip6Address.isMulticast(Ipv6Header.destinationHigh(buf, at))) {
            // (e.3): with the exceptions of packet too big, and of an unrecognized option that asks for an answer
            return type == Icmpv6.PACKET_TOO_BIG
                    || (type == Icmpv6.PARAMETER_PROBLEM && code == Icmpv6.UNRECOGNIZED_OPTION);
        }
        // Behind a first fragment it can't be told whether the packet is itself an error; only a fragment that is wrong
        // as such is
        // answered (RFC 8200 §4.5).
        return !chain.isFragment() || chain.fragmentOffset() == 0 || type == Icmpv6.PARAMETER_PROBLEM;
    }

    /** (e.1), (e.2): the offending packet is itself an error or a redirect, or too short to tell. */
    private static boolean isAboutError(ByteBuffer buf, int at, Ipv6Chain chain) {
        if (chain.protocol() != IpProtocol.ICMPV6 || (chain.isFragment() && chain.fragmentOffset() != 0)) {
            return false;
        }
        if (chain.payloadLength() == 0) {
            return true;
        }
        int type = Icmp.type(buf, at + chain.payloadOffset());
        return Icmpv6.isError(type) || type == Icmpv6.REDIRECT;
    }

    /** Octets that {@link #write} will produce about a packet of which {@code available} octets are at hand. */
    public static int length(int available) {
        return Math.min(MAX_LENGTH, OVERHEAD + available);
    }

    /**
     * Writes the whole error packet, IP header included, addressed to the offending packet's source.
     *
     * @param out has room for {@link #length} octets from {@code at}; a different buffer than {@code offending}
     * @param rest the four octets behind the checksum: MTU, pointer, or 0
     * @param available octets of the offending packet at hand, its IP header at least
     * @return octets written
     */
    public static int write(
            ByteBuffer out,
            int at,
            int type,
            int code,
            int rest,
            long sourceHigh,
            long sourceLow,
            ByteBuffer offending,
            int offendingAt,
            int available) {
        int length = length(available);
        int messageLength = length - Ipv6Header.LENGTH;
        long high = Ipv6Header.sourceHigh(offending, offendingAt);
        long low = Ipv6Header.sourceLow(offending, offendingAt);
        Ipv6Header.write(out, at, 0, 0, messageLength, IpProtocol.ICMPV6, HOP_LIMIT, sourceHigh, sourceLow, high, low);
        int message = at + Ipv6Header.LENGTH;
        Icmp.write(out, message, type, code, rest);
        out.put(message + Icmp.BODY, offending, offendingAt, length - OVERHEAD);
        Icmpv6.putChecksum(out, message, messageLength, Ipv6Header.addressSum(out, at));
        return length;
    }
}

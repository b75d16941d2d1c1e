package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * A fixed IPv6 header as a value.
 *
 * @param trafficClass 0..255
 * @param flowLabel 0..2^20-1
 * @param nextHeader of {@link IpProtocol}
 * @param hopLimit 0..255
 */
public record Ipv6Repr(
        Ip6Address source, Ip6Address destination, int trafficClass, int flowLabel, int nextHeader, int hopLimit) {

    /** A packet with the defaults of a host: hop limit 64, no label, no special service. */
    public static Ipv6Repr of(Ip6Address source, Ip6Address destination, int nextHeader) {
        return new Ipv6Repr(source, destination, 0, 0, nextHeader, Icmpv6Error.HOP_LIMIT);
    }

    /** Reads a header that {@link Ipv6Header#check} has accepted. */
    public static Ipv6Repr parse(ByteBuffer buf, int at) {
        return new Ipv6Repr(
                new Ip6Address(Ipv6Header.sourceHigh(buf, at), Ipv6Header.sourceLow(buf, at)),
                new Ip6Address(Ipv6Header.destinationHigh(buf, at), Ipv6Header.destinationLow(buf, at)),
                Ipv6Header.trafficClass(buf, at),
                Ipv6Header.flowLabel(buf, at),
                Ipv6Header.nextHeader(buf, at),
                Ipv6Header.hopLimit(buf, at));
    }

    /** Writes {@link Ipv6Header#LENGTH} octets for a payload of {@code payloadLength} octets. */
    public void emit(ByteBuffer buf, int at, int payloadLength) {
        Ipv6Header.write(
                buf,
                at,
                trafficClass,
                flowLabel,
                payloadLength,
                nextHeader,
                hopLimit,
                source.high(),
                source.low(),
                destination.high(),
                destination.low());
    }
}

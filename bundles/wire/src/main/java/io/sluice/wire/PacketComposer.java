package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * Composes whole packets out of addresses, a transport repr and a payload, with all lengths and checksums in place: for tests, probes and
 * other rare packets. Every call allocates a new array-backed buffer whose position is 0 and whose limit is the packet's length.
 */
public final class PacketComposer {

    private PacketComposer() {}

    /**
     * A segment.
     *
     * @throws IllegalArgumentException when the addresses are of two families
     */
    public static ByteBuffer tcp(IpAddress source, IpAddress destination, TcpRepr header, byte... payload) {
        int headerLength = header.headerLength();
        ByteBuffer buf = ip(source, destination, IpProtocol.TCP, headerLength + payload.length);
        int at = transportAt(source);
        header.emit(buf, at);
        buf.put(at + headerLength, payload);
        TcpHeader.putChecksum(buf, at, headerLength + payload.length, addressSum(source, destination));
        return buf;
    }

    /**
     * A datagram.
     *
     * @throws IllegalArgumentException when the addresses are of two families
     */
    public static ByteBuffer udp(IpAddress source, IpAddress destination, UdpRepr header, byte... payload) {
        ByteBuffer buf = ip(source, destination, IpProtocol.UDP, UdpHeader.LENGTH + payload.length);
        int at = transportAt(source);
        header.emit(buf, at, payload.length);
        buf.put(at + UdpHeader.LENGTH, payload);
        UdpHeader.putChecksum(buf, at, addressSum(source, destination));
        return buf;
    }

    /**
     * A message: ICMP between IPv4 addresses, ICMPv6 between IPv6 addresses.
     *
     * @throws IllegalArgumentException when the addresses are of two families
     */
    public static ByteBuffer icmp(IpAddress source, IpAddress destination, IcmpRepr header, byte... body) {
        int length = Icmp.MIN_LENGTH + body.length;
        boolean four = source instanceof Ip4Address;
        ByteBuffer buf = ip(source, destination, four ? IpProtocol.ICMPV4 : IpProtocol.ICMPV6, length);
        int at = transportAt(source);
        header.emit(buf, at);
        buf.put(at + Icmp.BODY, body);
        if (four) {
            Icmpv4.putChecksum(buf, at, length);
        } else {
            Icmpv6.putChecksum(buf, at, length, addressSum(source, destination));
        }
        return buf;
    }

    private static ByteBuffer ip(IpAddress source, IpAddress destination, int protocol, int length) {
        ByteBuffer buf = ByteBuffer.allocate(transportAt(source) + length);
        if (source instanceof Ip4Address from && destination instanceof Ip4Address to) {
            Ipv4Repr.of(from, to, protocol).emit(buf, 0, length);
        } else if (source instanceof Ip6Address from && destination instanceof Ip6Address to) {
            Ipv6Repr.of(from, to, protocol).emit(buf, 0, length);
        } else {
            throw new IllegalArgumentException(
                    "a packet has addresses of one family, not " + source + " and " + destination);
        }
        return buf;
    }

    private static int transportAt(IpAddress source) {
        return source instanceof Ip4Address ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
    }

    private static int addressSum(IpAddress source, IpAddress destination) {
        return Checksum.fold(half(source) + half(destination));
    }

    private static int half(IpAddress address) {
        return switch (address) {
            case Ip4Address four -> Checksum.of32(four.bits());
            case Ip6Address six -> Checksum.of64(six.high()) + Checksum.of64(six.low());
        };
    }
}

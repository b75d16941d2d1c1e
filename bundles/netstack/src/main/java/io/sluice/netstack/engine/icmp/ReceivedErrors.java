package io.sluice.netstack.engine.icmp;

import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Counters;
import io.sluice.netstack.engine.Endpoint;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.MappedAddress;
import io.sluice.wire.Icmp;
import io.sluice.wire.Icmpv4;
import io.sluice.wire.Icmpv6;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Chain;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.Octets;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;

/**
 * Reads ICMP errors about packets we sent. One is believed only if it is addressed to the source of the packet it quotes (RFC 5927 §3.1);
 * TCP then looks for the sequence number. UDP learns of nothing but a path MTU: an error never ends a mapping (RFC 4787 REQ-12).
 */
final class ReceivedErrors {

    /** RFC 791 §3.2: every link carries that much. */
    private static final int MIN_MTU_V4 = 68;
    /** RFC 8200 §5; RFC 8201 §4: less is to be ignored, and no atomic fragment is made of it (RFC 8021). */
    private static final int MIN_MTU_V6 = Ipv6Header.MIN_MTU;
    /** Ports, and a sequence number: RFC 792 promises so many octets. */
    private static final int QUOTED = 8;

    private final Counters counters;
    private final TcpErrors tcp;
    private final UdpErrors udp;

    private boolean hard;
    private int mtu;
    private int protocol;
    private int transportAt;

    ReceivedErrors(Counters counters, TcpErrors tcp, UdpErrors udp) {
        this.counters = counters;
        this.tcp = tcp;
        this.udp = udp;
    }

    /** A message with intact checksum. */
    void input(IncomingPacket packet, int type) {
        counters.count(Counter.ICMP_ERRORS_RECEIVED);
        int code = Icmp.code(packet.nio, packet.transportAt);
        boolean meaningful = packet.v6 ? meaning6(packet, type, code) : meaning4(packet, type, code);
        int quoteAt = Icmp.bodyAt(packet.transportAt);
        int available = packet.transportLength - Icmp.BODY;
        boolean whole = packet.v6 ? quote6(packet.nio, quoteAt, available) : quote4(packet.nio, quoteAt, available);
        if (!meaningful || !whole || !believe(packet, quoteAt)) {
            counters.count(Counter.ICMP_ERRORS_REFUSED);
        }
    }

    private boolean meaning4(IncomingPacket packet, int type, int code) {
        hard = false;
        mtu = 0;
        switch (type) {
            case Icmpv4.UNREACHABLE -> {
                hard = code == Icmpv4.PROTOCOL_UNREACHABLE || code == Icmpv4.PORT_UNREACHABLE;
                if (code == Icmpv4.FRAGMENTATION_NEEDED) {
                    mtu = Icmpv4.mtu(packet.nio, packet.transportAt);
                    return mtu >= MIN_MTU_V4;
                }
                return true;
            }
            case Icmpv4.TIME_EXCEEDED, Icmpv4.PARAMETER_PROBLEM -> {
                return true;
            }
            default -> {
                return false; // RFC 6633 for source quench; a redirect has no meaning on this link
            }
        }
    }

    private boolean meaning6(IncomingPacket packet, int type, int code) {
        hard = false;
        mtu = 0;
        switch (type) {
            case Icmpv6.UNREACHABLE -> {
                hard = code == Icmpv6.PORT_UNREACHABLE;
                return true;
            }
            case Icmpv6.PACKET_TOO_BIG -> {
                mtu = Icmpv6.mtu(packet.nio, packet.transportAt);
                return mtu >= MIN_MTU_V6;
            }
            case Icmpv6.PARAMETER_PROBLEM -> {
                hard = code == Icmpv6.UNRECOGNIZED_NEXT_HEADER;
                return true;
            }
            case Icmpv6.TIME_EXCEEDED -> {
                return true;
            }
            default -> {
                return false;
            }
        }
    }

    private boolean quote4(ByteBuffer nio, int at, int available) {
        if (Ipv4Header.checkQuoted(nio, at, available) != Verdict.OK || Ipv4Header.fragmentOffset(nio, at) != 0) {
            return false;
        }
        protocol = Ipv4Header.protocol(nio, at);
        transportAt = Ipv4Header.payloadAt(nio, at);
        return true;
    }

    /** What we send has no extension header but a fragment header. */
    private boolean quote6(ByteBuffer nio, int at, int available) {
        if (Ipv6Header.checkQuoted(nio, at, available) != Verdict.OK) {
            return false;
        }
        protocol = Ipv6Header.nextHeader(nio, at);
        int offset = Ipv6Header.LENGTH;
        if (protocol == IpProtocol.FRAGMENT && available >= offset + Ipv6Chain.FRAGMENT_HEADER_LENGTH) {
            if (Octets.u16(nio, at + offset + 2) >>> 3 != 0) {
                return false;
            }
            protocol = Octets.u8(nio, at + offset);
            offset += Ipv6Chain.FRAGMENT_HEADER_LENGTH;
        }
        transportAt = at + offset;
        return available - offset >= QUOTED;
    }

    private boolean believe(IncomingPacket packet, int quoteAt) {
        ByteBuffer nio = packet.nio;
        long fromHigh = packet.v6 ? Ipv6Header.sourceHigh(nio, quoteAt) : 0;
        long fromLow =
                packet.v6 ? Ipv6Header.sourceLow(nio, quoteAt) : MappedAddress.low(Ipv4Header.source(nio, quoteAt));
        if (fromHigh != packet.destinationHigh || fromLow != packet.destinationLow) {
            return false;
        }
        long toHigh = packet.v6 ? Ipv6Header.destinationHigh(nio, quoteAt) : 0;
        long toLow = packet.v6
                ? Ipv6Header.destinationLow(nio, quoteAt)
                : MappedAddress.low(Ipv4Header.destination(nio, quoteAt));
        int fromPort = Octets.u16(nio, transportAt);
        int toPort = Octets.u16(nio, transportAt + 2);
        switch (protocol) {
            case IpProtocol.TCP -> {
                int ports = Endpoint.ports(toPort, fromPort);
                int sequence = nio.getInt(transportAt + 4);
                tcp.icmpError(hard, mtu, toHigh, toLow, fromHigh, fromLow, ports, sequence, packet.nowNanos);
            }
            case IpProtocol.UDP -> {
                if (mtu != 0) {
                    udp.packetTooBig(mtu, toHigh, toLow, toPort);
                }
            }
            default -> {
                return false; // nothing else of ours wants an answer
            }
        }
        return true;
    }
}

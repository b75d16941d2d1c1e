package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * One line about a packet, in the manner of tcpdump, for logs and test failures. Never throws, whatever the octets are; checksums are not
 * compared, and addresses and ports are all it tells about a payload.
 */
public final class PacketText {

    private static final String FLAG_LETTERS = "FSRPAUEC";

    private PacketText() {}

    /**
     * The line about one packet.
     *
     * @param length octets of the packet at hand, counted from {@code at}
     */
    public static String of(ByteBuffer buf, int at, int length) {
        StringBuilder out = new StringBuilder(96);
        switch (IpVersion.of(buf, at)) {
            case IpVersion.V4 -> append4(out, buf, at, length);
            case IpVersion.V6 -> append6(out, buf, at, length);
            default -> out.append("not an IP packet");
        }
        return out.append(", ").append(length).append(" octets").toString();
    }

    private static void append4(StringBuilder out, ByteBuffer buf, int at, int length) {
        Verdict verdict = Ipv4Header.check(buf, at, length, Checksums.OFFLOADED);
        if (verdict != Verdict.OK) {
            out.append("IPv4 ").append(verdict);
            return;
        }
        IpAddress source = new Ip4Address(Ipv4Header.source(buf, at));
        IpAddress destination = new Ip4Address(Ipv4Header.destination(buf, at));
        int protocol = Ipv4Header.protocol(buf, at);
        if (Ipv4Header.isFragment(buf, at)) {
            appendAddresses(out, source, destination);
            appendFragment(
                    out,
                    protocol,
                    Ipv4Header.identification(buf, at),
                    Ipv4Header.fragmentOffset(buf, at),
                    Ipv4Header.moreFragments(buf, at));
            return;
        }
        int payloadAt = Ipv4Header.payloadAt(buf, at);
        appendTransport(out, buf, payloadAt, Ipv4Header.payloadLength(buf, at), protocol, source, destination);
    }

    private static void append6(StringBuilder out, ByteBuffer buf, int at, int length) {
        Verdict verdict = Ipv6Header.check(buf, at, length);
        Ipv6Chain chain = new Ipv6Chain();
        if (verdict == Verdict.OK) {
            verdict = chain.walk(buf, at);
        }
        if (verdict != Verdict.OK) {
            out.append("IPv6 ").append(verdict);
            return;
        }
        IpAddress source = new Ip6Address(Ipv6Header.sourceHigh(buf, at), Ipv6Header.sourceLow(buf, at));
        IpAddress destination = new Ip6Address(Ipv6Header.destinationHigh(buf, at), Ipv6Header.destinationLow(buf, at));
        if (chain.isFragment()) {
            appendAddresses(out, source, destination);
            appendFragment(
                    out, chain.protocol(), chain.identification(), chain.fragmentOffset(), chain.moreFragments());
            return;
        }
        int payloadAt = at + chain.payloadOffset();
        appendTransport(out, buf, payloadAt, chain.payloadLength(), chain.protocol(), source, destination);
    }

    private static void appendAddresses(StringBuilder out, IpAddress source, IpAddress destination) {
        out.append(source).append(" > ").append(destination).append(": ");
    }

    private static void appendFragment(
            StringBuilder out, int protocol, int identification, int offset, boolean moreFragments) {
        out.append(IpProtocol.name(protocol)).append(" fragment ").append(Integer.toHexString(identification));
        out.append(" at ").append(offset).append(moreFragments ? "+" : "");
    }

    private static void appendTransport(
            StringBuilder out,
            ByteBuffer buf,
            int at,
            int length,
            int protocol,
            IpAddress source,
            IpAddress destination) {
        switch (protocol) {
            case IpProtocol.TCP -> appendTcp(out, buf, at, length, source, destination);
            case IpProtocol.UDP -> appendUdp(out, buf, at, length, source, destination);
            case IpProtocol.ICMPV4, IpProtocol.ICMPV6 -> {
                appendAddresses(out, source, destination);
                appendIcmp(out, buf, at, length, protocol);
            }
            default -> {
                appendAddresses(out, source, destination);
                out.append(IpProtocol.name(protocol));
            }
        }
    }

    private static void appendPorts(
            StringBuilder out, IpAddress source, int sourcePort, IpAddress destination, int destinationPort) {
        out.append(source).append('.').append(sourcePort).append(" > ");
        out.append(destination).append('.').append(destinationPort).append(": ");
    }

    private static void appendTcp(
            StringBuilder out, ByteBuffer buf, int at, int length, IpAddress source, IpAddress destination) {
        Verdict verdict = TcpHeader.check(buf, at, length, 0, Checksums.OFFLOADED);
        if (verdict != Verdict.OK) {
            appendAddresses(out, source, destination);
            out.append("TCP ").append(verdict);
            return;
        }
        TcpRepr tcp = TcpRepr.parse(buf, at);
        appendPorts(out, source, tcp.sourcePort(), destination, tcp.destinationPort());
        out.append("TCP [");
        for (int bit = 0; bit < FLAG_LETTERS.length(); bit++) {
            if ((tcp.flags() >>> bit & 1) != 0) {
                out.append(FLAG_LETTERS.charAt(bit));
            }
        }
        out.append("] seq ").append(Integer.toUnsignedString(tcp.sequence()));
        if ((tcp.flags() & TcpHeader.ACK) != 0) {
            out.append(" ack ").append(Integer.toUnsignedString(tcp.acknowledgment()));
        }
        out.append(" win ").append(tcp.window());
        appendTcpOptions(out, tcp.options());
        out.append(" data ").append(length - TcpHeader.headerLength(buf, at));
    }

    private static void appendTcpOptions(StringBuilder out, TcpRepr.Options options) {
        options.mss().ifPresent(mss -> out.append(" mss ").append(mss));
        options.windowScale().ifPresent(shift -> out.append(" wscale ").append(shift));
        if (options.sackPermitted()) {
            out.append(" sackOK");
        }
        options.timestamps()
                .ifPresent(pair -> out.append(" TS val ")
                        .append(Integer.toUnsignedString(pair.value()))
                        .append(" ecr ")
                        .append(Integer.toUnsignedString(pair.echo())));
        for (TcpRepr.SackBlock block : options.sackBlocks()) {
            out.append(" sack ").append(Integer.toUnsignedString(block.left()));
            out.append(':').append(Integer.toUnsignedString(block.right()));
        }
    }

    private static void appendUdp(
            StringBuilder out, ByteBuffer buf, int at, int length, IpAddress source, IpAddress destination) {
        Verdict verdict = UdpHeader.check4(buf, at, length, 0, Checksums.OFFLOADED);
        if (verdict != Verdict.OK) {
            appendAddresses(out, source, destination);
            out.append("UDP ").append(verdict);
            return;
        }
        appendPorts(out, source, UdpHeader.sourcePort(buf, at), destination, UdpHeader.destinationPort(buf, at));
        out.append("UDP data ").append(UdpHeader.payloadLength(buf, at));
    }

    private static void appendIcmp(StringBuilder out, ByteBuffer buf, int at, int length, int protocol) {
        out.append(IpProtocol.name(protocol));
        if (length < Icmp.MIN_LENGTH) {
            out.append(' ').append(Verdict.TRUNCATED);
            return;
        }
        IcmpRepr icmp = IcmpRepr.parse(buf, at);
        out.append(" type ").append(icmp.type()).append(" code ").append(icmp.code());
        out.append(" rest ").append(Integer.toHexString(icmp.rest()));
        out.append(" data ").append(length - Icmp.BODY);
    }
}

package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** Whatever passes the checks can be read to its last field, and says the same after being written anew. */
class PacketFuzzTest {

    /** IPv4 and IPv6 with extension headers, TCP with options, UDP, ICMP with what it quotes: all that the text of a packet shows. */
    @FuzzTest
    void packet(byte[] octets) {
        ByteBuffer packet = direct(octets);
        PacketText.of(packet, 0, octets.length);
        if (octets.length > 0
                && octets[0] >> 4 == 4
                && Ipv4Header.check(packet, 0, octets.length, Checksums.VERIFY) == Verdict.OK) {
            int at = Ipv4Header.payloadAt(packet, 0);
            int length = Ipv4Header.payloadLength(packet, 0);
            assertThat(at + length).isLessThanOrEqualTo(octets.length);
            transport(packet, at, length, Ipv4Header.protocol(packet, 0), Ipv4Header.addressSum(packet, 0));
        }
        if (octets.length > 0 && octets[0] >> 4 == 6 && Ipv6Header.check(packet, 0, octets.length) == Verdict.OK) {
            Ipv6Chain chain = new Ipv6Chain();
            chain.walk(packet, 0);
        }
    }

    private static void transport(ByteBuffer packet, int at, int length, int protocol, int sum) {
        if (protocol == IpProtocol.TCP && TcpHeader.check(packet, at, length, sum, Checksums.OFFLOADED) == Verdict.OK) {
            tcp(packet, at);
        } else if (protocol == IpProtocol.UDP) {
            if (UdpHeader.check4(packet, at, length, sum, Checksums.OFFLOADED) == Verdict.OK) {
                UdpRepr.parse(packet, at);
            }
        } else if (protocol == IpProtocol.ICMPV4
                && Icmpv4.check(packet, at, length, Checksums.OFFLOADED) == Verdict.OK) {
            IcmpRepr.parse(packet, at);
        }
    }

    @FuzzTest
    void tcpOptions(byte[] octets) {
        ByteBuffer segment = direct(octets);
        if (TcpHeader.check(segment, 0, octets.length, 0, Checksums.OFFLOADED) == Verdict.OK) {
            tcp(segment, 0);
        }
    }

    /** What was understood of a header is written and understood alike. */
    private static void tcp(ByteBuffer segment, int at) {
        TcpRepr said = TcpRepr.parse(segment, at);
        ByteBuffer anew = ByteBuffer.allocate(said.headerLength());
        said.emit(anew, 0);
        assertThat(TcpRepr.parse(anew, 0)).isEqualTo(said);
    }

    @FuzzTest
    void address(byte[] octets) {
        String text = new String(octets, java.nio.charset.StandardCharsets.ISO_8859_1);
        IpAddress address;
        try {
            address = IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
            return;
        }
        assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
    }

    static ByteBuffer direct(byte[] octets) {
        return ByteBuffer.allocateDirect(octets.length).put(octets).flip();
    }
}

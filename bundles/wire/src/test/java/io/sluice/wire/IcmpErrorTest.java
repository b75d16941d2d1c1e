package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IcmpErrorTest {

    private static final int SERVER4 = 0x0a070002;
    private static final Ip6Address CLIENT6 = AddressText.parse6("fd07::1");
    private static final Ip6Address SERVER6 = AddressText.parse6("fd07::2");

    @Test
    void write4_aboutRecordedDatagram_givesTheKernelsError() {
        ByteBuffer about = CapturedPackets.of("udp4-to-closed-port");
        ByteBuffer kernels = CapturedPackets.of("icmp4-port-unreachable");
        ByteBuffer out = ByteBuffer.allocate(Icmpv4Error.length(about.limit()));
        int written = Icmpv4Error.write(
                out,
                0,
                Icmpv4.UNREACHABLE,
                Icmpv4.PORT_UNREACHABLE,
                0,
                SERVER4,
                Ipv4Header.identification(kernels, 0),
                about,
                0,
                about.limit());
        assertThat(written).isEqualTo(kernels.limit());
        assertThat(out).isEqualTo(kernels);
    }

    @Test
    void write6_aboutRecordedDatagram_givesTheKernelsErrorButForItsLabel() {
        ByteBuffer about = CapturedPackets.of("udp6-two-extensions");
        ByteBuffer kernels = CapturedPackets.of("icmp6-port-unreachable-extensions");
        ByteBuffer out = ByteBuffer.allocate(Icmpv6Error.length(about.limit()));
        int written = Icmpv6Error.write(
                out,
                0,
                Icmpv6.UNREACHABLE,
                Icmpv6.PORT_UNREACHABLE,
                0,
                SERVER6.high(),
                SERVER6.low(),
                about,
                0,
                about.limit());
        assertThat(written).isEqualTo(kernels.limit());
        assertThat(out.slice(4, written - 4)).isEqualTo(kernels.slice(4, written - 4));
    }

    @Test
    void write_aboutSuperPacket_staysWithinTheLimits() {
        ByteBuffer about = ByteBuffer.allocate(65_535);
        Ipv4Header.write(about, 0, 0, 65_535, 0, 0, 64, IpProtocol.TCP, 0x0a070001, SERVER4);
        ByteBuffer out = ByteBuffer.allocate(1500);
        assertThat(Icmpv4Error.write(
                        out, 7, Icmpv4.TIME_EXCEEDED, Icmpv4.TTL_EXCEEDED, 0, SERVER4, 0, about, 0, 65_535))
                .isEqualTo(576);
        assertThat(Ipv4Header.check(out, 7, 576, Checksums.VERIFY)).isEqualTo(Verdict.OK);
        assertThat(Icmpv4.check(out, 27, 556, Checksums.VERIFY)).isEqualTo(Verdict.OK);
        assertThat(Ipv4Header.checkQuoted(out, 35, 548)).isEqualTo(Verdict.OK);

        Ipv6Repr.of(CLIENT6, SERVER6, IpProtocol.TCP).emit(about, 0, 65_495);
        assertThat(Icmpv6Error.write(
                        out, 7, Icmpv6.PACKET_TOO_BIG, 0, 1280, SERVER6.high(), SERVER6.low(), about, 0, 65_535))
                .isEqualTo(1280);
        assertThat(Ipv6Header.check(out, 7, 1280)).isEqualTo(Verdict.OK);
        assertThat(Icmpv6.check(out, 47, 1240, Ipv6Header.addressSum(out, 7), Checksums.VERIFY))
                .isEqualTo(Verdict.OK);
        assertThat(Icmpv6.mtu(out, 47)).isEqualTo(1280);
    }

    @ParameterizedTest
    @CsvSource({
        // what, source, destination, protocol, first octet of payload, fragment word, may be answered
        "a datagram,          10.7.0.1,        10.7.0.2,        17,  0,      0, true",
        "its first fragment,  10.7.0.1,        10.7.0.2,        17,  0, 0x2000, true",
        "a later fragment,    10.7.0.1,        10.7.0.2,        17,  0, 0x2001, false",
        "to a group,          10.7.0.1,        224.0.0.251,     17,  0,      0, false",
        "to everybody,        10.7.0.1,        255.255.255.255, 17,  0,      0, false",
        "from nobody,         0.0.0.0,         10.7.0.2,        17,  0,      0, false",
        "from loopback,       127.0.0.1,       10.7.0.2,        17,  0,      0, false",
        "from class E,        240.0.0.1,       10.7.0.2,        17,  0,      0, false",
        "an echo request,     10.7.0.1,        10.7.0.2,         1,  8,      0, true",
        "an error,            10.7.0.1,        10.7.0.2,         1,  3,      0, false",
        "a redirect,          10.7.0.1,        10.7.0.2,         1,  5,      0, false",
    })
    void mayAnswer4_followsRfc1122(
            String what, String source, String destination, int protocol, int first, String fragment, boolean may) {
        ByteBuffer buf = ByteBuffer.allocate(28).put(20, (byte) first);
        int word = Integer.decode(fragment);
        new Ipv4Repr(address4(source), address4(destination), 0, 0, word, 64, protocol).emit(buf, 0, 8);
        assertThat(Ipv4Header.check(buf, 0, 28, Checksums.VERIFY)).as(what).isEqualTo(Verdict.OK);
        assertThat(Icmpv4Error.mayAnswer(buf, 0)).as(what).isEqualTo(may);
    }

    @Test
    void mayAnswer4_icmpWithoutType_isFalse() {
        ByteBuffer buf = ByteBuffer.allocate(20);
        Ipv4Repr.of(address4("10.7.0.1"), address4("10.7.0.2"), IpProtocol.ICMPV4)
                .emit(buf, 0, 0);
        assertThat(Icmpv4Error.mayAnswer(buf, 0)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        // what, source, destination, next header, first octet of payload, error type, code, may be answered
        "a datagram,                      fd07::1, fd07::2, 17,   0, 1, 4, true",
        "to a group,                      fd07::1, ff02::1, 17,   0, 1, 4, false",
        "to a group but too big,          fd07::1, ff02::1, 17,   0, 2, 0, true",
        "to a group with unknown option,  fd07::1, ff02::1, 17,   0, 4, 2, true",
        "to a group and erroneous,           fd07::1, ff02::1, 17,   0, 4, 0, false",
        "from nobody,                     ::,      fd07::2, 17,   0, 1, 4, false",
        "from loopback,                   ::1,     fd07::2, 17,   0, 1, 4, false",
        "an echo request,                 fd07::1, fd07::2, 58, 128, 3, 0, true",
        "an error,                        fd07::1, fd07::2, 58,   1, 3, 0, false",
        "an error to a group but too big, fd07::1, ff02::1, 58,   1, 2, 0, false",
        "a redirect,                      fd07::1, fd07::2, 58, 137, 3, 0, false",
    })
    void mayAnswer6_followsRfc4443(
            String what, String source, String destination, int next, int first, int type, int code, boolean may) {
        ByteBuffer buf = ByteBuffer.allocate(48).put(40, (byte) first);
        Ipv6Repr.of(AddressText.parse6(source), AddressText.parse6(destination), next)
                .emit(buf, 0, 8);
        assertThat(mayAnswer6(buf, type, code)).as(what).isEqualTo(may);
    }

    @Test
    void mayAnswer6_laterFragment_onlyWhenTheFragmentItselfIsWrong() {
        ByteBuffer buf = CapturedPackets.of("udp6-last-fragment");
        assertThat(mayAnswer6(buf, Icmpv6.TIME_EXCEEDED, 0)).isFalse();
        assertThat(mayAnswer6(buf, Icmpv6.PARAMETER_PROBLEM, Icmpv6.ERRONEOUS_FIELD))
                .isTrue();
    }

    @Test
    void mayAnswer6_icmpWithoutType_isFalse() {
        ByteBuffer buf = ByteBuffer.allocate(40);
        Ipv6Repr.of(CLIENT6, SERVER6, IpProtocol.ICMPV6).emit(buf, 0, 0);
        assertThat(mayAnswer6(buf, Icmpv6.TIME_EXCEEDED, 0)).isFalse();
    }

    private static boolean mayAnswer6(ByteBuffer buf, int type, int code) {
        Ipv6Chain chain = new Ipv6Chain();
        assertThat(chain.walk(buf, 0)).isEqualTo(Verdict.OK);
        return Icmpv6Error.mayAnswer(buf, 0, chain, type, code);
    }

    private static Ip4Address address4(String text) {
        return new Ip4Address(AddressText.parse4(text));
    }
}

package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class IcmpTest {

    @Test
    void check4_recorded_isOkUntilDamaged() {
        ByteBuffer buf = CapturedPackets.of("icmp4-echo-request");
        assertThat(Icmpv4.check(buf, 20, 16, Checksums.VERIFY)).isEqualTo(Verdict.OK);
        assertThat(Icmp.type(buf, 20)).isEqualTo(Icmpv4.ECHO_REQUEST);
        assertThat(Icmp.identifier(buf, 20)).isEqualTo(17_737);
        assertThat(Icmp.sequence(buf, 20)).isEqualTo(1);
        Octets.put8(buf, 35, 0);
        assertThat(Icmpv4.check(buf, 20, 16, Checksums.VERIFY)).isEqualTo(Verdict.BAD_CHECKSUM);
        assertThat(Icmpv4.check(buf, 20, 16, Checksums.OFFLOADED)).isEqualTo(Verdict.OK);
        assertThat(Icmpv4.check(buf, 20, 7, Checksums.VERIFY)).isEqualTo(Verdict.TRUNCATED);
    }

    @Test
    void check6_recorded_isOkUntilDamaged() {
        ByteBuffer buf = CapturedPackets.of("icmp6-echo-request");
        int sum = Ipv6Header.addressSum(buf, 0);
        assertThat(Icmpv6.check(buf, 40, 16, sum, Checksums.VERIFY)).isEqualTo(Verdict.OK);
        assertThat(Icmp.identifier(buf, 40)).isEqualTo(17_738);
        Octets.put8(buf, 55, 0);
        assertThat(Icmpv6.check(buf, 40, 16, sum, Checksums.VERIFY)).isEqualTo(Verdict.BAD_CHECKSUM);
        assertThat(Icmpv6.check(buf, 40, 16, sum, Checksums.OFFLOADED)).isEqualTo(Verdict.OK);
        assertThat(Icmpv6.check(buf, 40, 7, sum, Checksums.VERIFY)).isEqualTo(Verdict.TRUNCATED);
    }

    @Test
    void check6_recordedMulticastListenerReport_isOkBehindItsOptions() {
        ByteBuffer buf = CapturedPackets.of("mld6-report");
        Ipv6Chain chain = new Ipv6Chain();
        assertThat(chain.walk(buf, 0)).isEqualTo(Verdict.OK);
        assertThat(Icmpv6.check(
                        buf,
                        chain.payloadOffset(),
                        chain.payloadLength(),
                        Ipv6Header.addressSum(buf, 0),
                        Checksums.VERIFY))
                .isEqualTo(Verdict.OK);
    }

    @Test
    void becomeEchoReply_recordedRequest_givesTheKernelsReply() {
        ByteBuffer four = CapturedPackets.of("icmp4-echo-request");
        Icmpv4.becomeEchoReply(four, 20);
        assertThat(four.slice(20, 16))
                .isEqualTo(CapturedPackets.of("icmp4-echo-reply").slice(20, 16));

        ByteBuffer six = CapturedPackets.of("icmp6-echo-request");
        Icmpv6.becomeEchoReply(six, 40);
        assertThat(six.slice(40, 16))
                .isEqualTo(CapturedPackets.of("icmp6-echo-reply").slice(40, 16));
    }

    @Test
    void isError_followsTheRfcs() {
        assertThat(Icmpv4.isError(Icmpv4.UNREACHABLE)).isTrue();
        assertThat(Icmpv4.isError(Icmpv4.REDIRECT)).isTrue();
        assertThat(Icmpv4.isError(Icmpv4.ECHO_REQUEST)).isFalse();
        assertThat(Icmpv6.isError(Icmpv6.PACKET_TOO_BIG)).isTrue();
        assertThat(Icmpv6.isError(100)).isTrue();
        assertThat(Icmpv6.isError(Icmpv6.ECHO_REQUEST)).isFalse();
    }

    @Test
    void mtuAndPointer_areReadFromTheirPlaces() {
        ByteBuffer buf = ByteBuffer.allocate(8);
        Icmpv4.write(buf, 0, Icmpv4.UNREACHABLE, Icmpv4.FRAGMENTATION_NEEDED, 0xffff0000 | 1400);
        assertThat(Icmpv4.mtu(buf, 0)).isEqualTo(1400);
        Icmpv4.write(buf, 0, Icmpv4.PARAMETER_PROBLEM, 0, 20 << 24);
        assertThat(Icmpv4.pointer(buf, 0)).isEqualTo(20);
        Icmpv6.write(buf, 0, Icmpv6.PACKET_TOO_BIG, 0, 1280);
        assertThat(Icmpv6.mtu(buf, 0)).isEqualTo(1280);
        Icmpv6.write(buf, 0, Icmpv6.PACKET_TOO_BIG, 0, -1);
        assertThat(Icmpv6.mtu(buf, 0)).isEqualTo(Integer.MAX_VALUE);
        Icmpv6.write(buf, 0, Icmpv6.PARAMETER_PROBLEM, 1, 48);
        assertThat(Icmpv6.pointer(buf, 0)).isEqualTo(48);
    }
}

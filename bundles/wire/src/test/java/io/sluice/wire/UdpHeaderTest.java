package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UdpHeaderTest {

    @Test
    void check_recorded_isOk() {
        ByteBuffer four = CapturedPackets.of("udp4");
        assertThat(check4(four, Checksums.VERIFY)).isEqualTo(Verdict.OK);
        assertThat(UdpHeader.sourcePort(four, 20)).isEqualTo(51_970);
        assertThat(UdpHeader.destinationPort(four, 20)).isEqualTo(7001);
        assertThat(UdpHeader.length(four, 20)).isEqualTo(16);
        assertThat(UdpHeader.payloadLength(four, 20)).isEqualTo(8);
        assertThat(UdpHeader.payloadAt(20)).isEqualTo(28);

        ByteBuffer six = CapturedPackets.of("udp6");
        assertThat(check6(six, Checksums.VERIFY)).isEqualTo(Verdict.OK);
        assertThat(UdpHeader.checksum(six, 40)).isEqualTo(0x9fca);
    }

    @Test
    void check_damaged_saysBadChecksumUnlessOffloaded() {
        ByteBuffer four = CapturedPackets.of("udp4");
        Octets.put8(four, 30, 0);
        assertThat(check4(four, Checksums.VERIFY)).isEqualTo(Verdict.BAD_CHECKSUM);
        assertThat(check4(four, Checksums.OFFLOADED)).isEqualTo(Verdict.OK);

        ByteBuffer six = CapturedPackets.of("udp6");
        Octets.put8(six, 50, 0);
        assertThat(check6(six, Checksums.VERIFY)).isEqualTo(Verdict.BAD_CHECKSUM);
        assertThat(check6(six, Checksums.OFFLOADED)).isEqualTo(Verdict.OK);
    }

    @Test
    void check_zeroChecksum_isNoneInIpv4AndRefusedInIpv6() {
        ByteBuffer four = CapturedPackets.of("udp4");
        Octets.put16(four, 20 + UdpHeader.CHECKSUM, 0);
        assertThat(check4(four, Checksums.VERIFY)).isEqualTo(Verdict.OK);

        ByteBuffer six = CapturedPackets.of("udp6");
        Octets.put16(six, 40 + UdpHeader.CHECKSUM, 0);
        assertThat(check6(six, Checksums.VERIFY)).isEqualTo(Verdict.ZERO_CHECKSUM);
        assertThat(check6(six, Checksums.OFFLOADED)).isEqualTo(Verdict.OK);
    }

    @ParameterizedTest
    @CsvSource({
        // IP payload, length field, verdict
        "7,  16, TRUNCATED",
        "16,  7, BAD_LENGTH",
        "16,  0, BAD_LENGTH",
        "16, 17, TRUNCATED",
        "16,  8, OK", // no payload, eight octets of UDP options
        "99, 16, TRUNCATED", // beyond the buffer
    })
    void check_length_isCompared(int length, int field, Verdict verdict) {
        ByteBuffer buf = CapturedPackets.of("udp4");
        Octets.put16(buf, 20 + UdpHeader.DATAGRAM_LENGTH, field);
        assertThat(UdpHeader.check4(buf, 20, length, 0, Checksums.OFFLOADED)).isEqualTo(verdict);
        assertThat(UdpHeader.check6(buf, 20, length, 0, Checksums.OFFLOADED)).isEqualTo(verdict);
    }

    @Test
    void check_surplusBehindDatagram_isNotSummed() {
        ByteBuffer whole = CapturedPackets.of("udp4");
        ByteBuffer buf = ByteBuffer.allocate(48).put(0, whole, 0, 36).putInt(36, 0xdeadbeef);
        assertThat(UdpHeader.check4(buf, 20, 28, Ipv4Header.addressSum(buf, 0), Checksums.VERIFY))
                .isEqualTo(Verdict.OK);
    }

    @Test
    void putChecksum_recorded_givesTheKernels() {
        ByteBuffer buf = CapturedPackets.of("udp6-to-closed-port");
        int kernels = UdpHeader.checksum(buf, 40);
        int sum = Ipv6Header.addressSum(buf, 0);
        UdpHeader.putChecksum(buf, 40, sum);
        assertThat(UdpHeader.checksum(buf, 40)).isEqualTo(kernels);
        UdpHeader.putPartialChecksum(buf, 40, sum);
        assertThat(Checksum.complement(Checksum.sum(buf, 40, 14))).isEqualTo(kernels);
    }

    /** RFC 768: "If the computed checksum is zero, it is transmitted as all ones". */
    @Test
    void putChecksum_computedZero_isWrittenAsOnes() {
        ByteBuffer buf = ByteBuffer.allocate(10);
        UdpHeader.write(buf, 0, 0, 0, 10);
        int covered = PseudoHeader.complete(0, IpProtocol.UDP, 10) + 10;
        Octets.put16(buf, 8, 0xffff - covered);
        UdpHeader.putChecksum(buf, 0, 0);
        assertThat(UdpHeader.checksum(buf, 0)).isEqualTo(0xffff);
        assertThat(UdpHeader.check4(buf, 0, 10, 0, Checksums.VERIFY)).isEqualTo(Verdict.OK);
    }

    @Test
    void put_ports_leaveTheRestAlone() {
        ByteBuffer buf = CapturedPackets.of("udp4");
        UdpHeader.putSourcePort(buf, 20, 65_535);
        UdpHeader.putDestinationPort(buf, 20, 53);
        assertThat(UdpRepr.parse(buf, 20)).isEqualTo(new UdpRepr(65_535, 53));
        assertThat(UdpHeader.length(buf, 20)).isEqualTo(16);
    }

    private static Verdict check4(ByteBuffer buf, Checksums checksums) {
        return UdpHeader.check4(buf, 20, buf.limit() - 20, Ipv4Header.addressSum(buf, 0), checksums);
    }

    private static Verdict check6(ByteBuffer buf, Checksums checksums) {
        return UdpHeader.check6(buf, 40, buf.limit() - 40, Ipv6Header.addressSum(buf, 0), checksums);
    }
}

package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TcpHeaderTest {

    @ParameterizedTest
    @ValueSource(strings = {"tcp4-syn", "tcp4-syn-ack", "tcp4-ack", "tcp4-data", "tcp4-fin"})
    void check_recordedOverIpv4_isOk(String name) {
        ByteBuffer buf = CapturedPackets.of(name);
        assertThat(TcpHeader.check(buf, 20, buf.limit() - 20, Ipv4Header.addressSum(buf, 0), Checksums.VERIFY))
                .isEqualTo(Verdict.OK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp6-syn", "tcp6-syn-ack", "tcp6-data", "tcp6-fin"})
    void check_recordedOverIpv6_isOk(String name) {
        ByteBuffer buf = CapturedPackets.of(name);
        assertThat(TcpHeader.check(buf, 40, buf.limit() - 40, Ipv6Header.addressSum(buf, 0), Checksums.VERIFY))
                .isEqualTo(Verdict.OK);
    }

    @Test
    void accessors_recordedData_readItsFields() {
        ByteBuffer buf = CapturedPackets.of("tcp4-data");
        assertThat(TcpHeader.sourcePort(buf, 20)).isEqualTo(44_660);
        assertThat(TcpHeader.destinationPort(buf, 20)).isEqualTo(7000);
        assertThat(TcpHeader.sequence(buf, 20)).isEqualTo(16_621_834);
        assertThat(TcpHeader.acknowledgment(buf, 20)).isEqualTo(845_532_390);
        assertThat(TcpHeader.headerLength(buf, 20)).isEqualTo(32);
        assertThat(TcpHeader.flags(buf, 20)).isEqualTo(TcpHeader.PSH | TcpHeader.ACK);
        assertThat(TcpHeader.window(buf, 20)).isEqualTo(63);
        assertThat(TcpHeader.checksum(buf, 20)).isEqualTo(0x3491);
        assertThat(TcpHeader.urgentPointer(buf, 20)).isZero();
        assertThat(TcpHeader.payloadAt(buf, 20)).isEqualTo(52);
    }

    @Test
    void check_damagedPayload_saysBadChecksumUnlessOffloaded() {
        ByteBuffer buf = CapturedPackets.of("tcp4-data");
        Octets.put8(buf, 60, 0);
        int sum = Ipv4Header.addressSum(buf, 0);
        assertThat(TcpHeader.check(buf, 20, 44, sum, Checksums.VERIFY)).isEqualTo(Verdict.BAD_CHECKSUM);
        assertThat(TcpHeader.check(buf, 20, 44, sum, Checksums.OFFLOADED)).isEqualTo(Verdict.OK);
    }

    @Test
    void check_wrongAddress_saysBadChecksum() {
        ByteBuffer buf = CapturedPackets.of("tcp4-data");
        int sum = PseudoHeader.addresses4(0x0a070001, 0x0a070003);
        assertThat(TcpHeader.check(buf, 20, 44, sum, Checksums.VERIFY)).isEqualTo(Verdict.BAD_CHECKSUM);
    }

    @ParameterizedTest
    @CsvSource({"0, TRUNCATED", "19, TRUNCATED", "20, BAD_LENGTH", "31, BAD_LENGTH", "32, OK", "200, TRUNCATED"})
    void check_length_isCompared(int length, Verdict verdict) {
        ByteBuffer buf = CapturedPackets.of("tcp4-data");
        assertThat(TcpHeader.check(buf, 20, length, 0, Checksums.OFFLOADED)).isEqualTo(verdict);
    }

    @Test
    void check_dataOffsetBelowFive_saysBadLength() {
        ByteBuffer buf = CapturedPackets.of("tcp4-data");
        Octets.put8(buf, 20 + TcpHeader.DATA_OFFSET, 0x40);
        assertThat(TcpHeader.check(buf, 20, 44, 0, Checksums.OFFLOADED)).isEqualTo(Verdict.BAD_LENGTH);
    }

    @ParameterizedTest
    @CsvSource({
        "0x00, BAD_FLAGS", // null probe
        "0x01, BAD_FLAGS", // FIN probe
        "0x29, BAD_FLAGS", // "Christmas tree" probe
        "0x03, BAD_FLAGS", // SYN, FIN
        "0x06, BAD_FLAGS", // SYN, RST
        "0xff, BAD_FLAGS",
        "0x02, OK",
        "0xc2, OK", // SYN asking for ECN, RFC 3168 §6.1.1
        "0x12, OK",
        "0x04, OK",
        "0x14, OK",
        "0x10, OK",
        "0x11, OK",
        "0x38, OK",
    })
    void check_flags_areCompared(String flags, Verdict verdict) {
        ByteBuffer buf = CapturedPackets.of("tcp4-data");
        Octets.put8(buf, 20 + TcpHeader.FLAGS, Integer.decode(flags));
        assertThat(TcpHeader.check(buf, 20, 44, 0, Checksums.OFFLOADED)).isEqualTo(verdict);
    }

    @Test
    void putChecksum_recorded_givesTheKernels() {
        ByteBuffer buf = CapturedPackets.of("tcp4-data");
        int sum = Ipv4Header.addressSum(buf, 0);
        TcpHeader.putChecksum(buf, 20, 44, sum);
        assertThat(TcpHeader.checksum(buf, 20)).isEqualTo(0x3491);
        TcpHeader.putChecksum(buf, 20, 12, Checksum.sum(buf, 52, 12), sum);
        assertThat(TcpHeader.checksum(buf, 20)).isEqualTo(0x3491);
    }

    /** What the device does with a partial checksum: sum from the start of the header, put the complement into the field. */
    @Test
    void putPartialChecksum_completedByDevice_givesTheKernels() {
        ByteBuffer buf = CapturedPackets.of("tcp6-data");
        TcpHeader.putPartialChecksum(buf, 40, 44, Ipv6Header.addressSum(buf, 0));
        int completed = Checksum.complement(Checksum.sum(buf, 40, 44));
        assertThat(completed).isEqualTo(0x716a);
    }

    @Test
    void put_ports_leaveTheRestAlone() {
        ByteBuffer buf = CapturedPackets.of("tcp4-data");
        TcpHeader.putSourcePort(buf, 20, 65_535);
        TcpHeader.putDestinationPort(buf, 20, 1);
        TcpHeader.putUrgentPointer(buf, 20, 12);
        TcpRepr repr = TcpRepr.parse(buf, 20);
        assertThat(repr.sourcePort()).isEqualTo(65_535);
        assertThat(repr.destinationPort()).isEqualTo(1);
        assertThat(repr.urgentPointer()).isEqualTo(12);
        assertThat(repr.sequence()).isEqualTo(16_621_834);
    }
}

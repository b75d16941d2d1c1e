package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class Ipv6HeaderTest {

    @Test
    void accessors_recordedSyn_readItsFields() {
        ByteBuffer buf = CapturedPackets.of("tcp6-syn");
        assertThat(Ipv6Header.check(buf, 0, buf.limit())).isEqualTo(Verdict.OK);
        assertThat(Ipv6Header.trafficClass(buf, 0)).isZero();
        assertThat(Ipv6Header.flowLabel(buf, 0)).isEqualTo(0x508cb);
        assertThat(Ipv6Header.payloadLength(buf, 0)).isEqualTo(40);
        assertThat(Ipv6Header.totalLength(buf, 0)).isEqualTo(80);
        assertThat(Ipv6Header.nextHeader(buf, 0)).isEqualTo(IpProtocol.TCP);
        assertThat(Ipv6Header.hopLimit(buf, 0)).isEqualTo(64);
        assertThat(AddressText.text6(Ipv6Header.sourceHigh(buf, 0), Ipv6Header.sourceLow(buf, 0)))
                .isEqualTo("fd07::1");
        assertThat(AddressText.text6(Ipv6Header.destinationHigh(buf, 0), Ipv6Header.destinationLow(buf, 0)))
                .isEqualTo("fd07::2");
    }

    @Test
    void check_everyTruncation_saysTruncated() {
        ByteBuffer buf = CapturedPackets.of("tcp6-syn");
        for (int length = 0; length < buf.limit(); length++) {
            assertThat(Ipv6Header.check(buf, 0, length)).isEqualTo(Verdict.TRUNCATED);
        }
    }

    @Test
    void check_otherVersion_saysBadVersion() {
        ByteBuffer buf = CapturedPackets.of("tcp6-syn");
        Octets.put8(buf, 0, 0x45);
        assertThat(Ipv6Header.check(buf, 0, buf.limit())).isEqualTo(Verdict.BAD_VERSION);
    }

    @Test
    void check_multicastSource_saysBadAddress() {
        ByteBuffer buf = CapturedPackets.of("tcp6-syn");
        Ipv6Header.putSource(buf, 0, 0xff02L << 48, 1);
        assertThat(Ipv6Header.check(buf, 0, buf.limit())).isEqualTo(Verdict.BAD_ADDRESS);
    }

    @Test
    void check_mappedAddress_saysBadAddress() {
        ByteBuffer source = CapturedPackets.of("tcp6-syn");
        Ipv6Header.putSource(source, 0, 0, Ip6Address.mappedLow(0x0a070001));
        assertThat(Ipv6Header.check(source, 0, source.limit())).isEqualTo(Verdict.BAD_ADDRESS);

        ByteBuffer destination = CapturedPackets.of("tcp6-syn");
        Ipv6Header.putDestination(destination, 0, 0, Ip6Address.mappedLow(0x7f000001));
        assertThat(Ipv6Header.check(destination, 0, destination.limit())).isEqualTo(Verdict.BAD_ADDRESS);
    }

    @Test
    void checkQuoted_cutPacket_needsTheFixedHeader() {
        ByteBuffer buf = CapturedPackets.of("tcp6-data");
        assertThat(Ipv6Header.checkQuoted(buf, 0, 40)).isEqualTo(Verdict.OK);
        assertThat(Ipv6Header.checkQuoted(buf, 0, 39)).isEqualTo(Verdict.TRUNCATED);
    }

    @Test
    void put_everyField_leavesTheOthersAlone() {
        ByteBuffer buf = CapturedPackets.of("tcp6-syn");
        Ipv6Header.putTrafficClass(buf, 0, 46 << 2 | 2);
        Ipv6Header.putPayloadLength(buf, 0, 39);
        Ipv6Header.putNextHeader(buf, 0, IpProtocol.UDP);
        Ipv6Header.putHopLimit(buf, 0, 7);
        Ipv6Header.swapAddresses(buf, 0);

        assertThat(Ipv6Header.check(buf, 0, buf.limit())).isEqualTo(Verdict.OK);
        assertThat(Ipv6Header.dscp(buf, 0)).isEqualTo(46);
        assertThat(Ipv6Header.ecn(buf, 0)).isEqualTo(2);
        assertThat(Ipv6Header.payloadLength(buf, 0)).isEqualTo(39);
        assertThat(Ipv6Repr.parse(buf, 0))
                .isEqualTo(new Ipv6Repr(
                        AddressText.parse6("fd07::2"),
                        AddressText.parse6("fd07::1"),
                        46 << 2 | 2,
                        0x508cb,
                        IpProtocol.UDP,
                        7));
    }
}

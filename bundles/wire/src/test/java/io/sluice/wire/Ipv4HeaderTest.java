package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ipv4HeaderTest {

    private static final int SOURCE = 0xc0a80001;
    private static final int DESTINATION = 0xc0a800c7;

    /** The worked example of the English Wikipedia's article on the IPv4 header checksum. */
    @Test
    void write_publishedExample_givesItsOctets() {
        ByteBuffer buf = ByteBuffer.allocate(24);
        Ipv4Header.write(buf, 4, 0, 115, 0, Ipv4Header.DONT_FRAGMENT, 64, IpProtocol.UDP, SOURCE, DESTINATION);
        assertThat(HexFormat.of().formatHex(buf.array()))
                .isEqualTo("00000000" + "450000730000400040" + "11b861c0a80001c0a800c7");
    }

    @Test
    void accessors_recordedSyn_readItsFields() {
        ByteBuffer buf = CapturedPackets.of("tcp4-syn");
        assertThat(Ipv4Header.check(buf, 0, buf.limit(), Checksums.VERIFY)).isEqualTo(Verdict.OK);
        assertThat(Ipv4Header.headerLength(buf, 0)).isEqualTo(20);
        assertThat(Ipv4Header.totalLength(buf, 0)).isEqualTo(60);
        assertThat(Ipv4Header.payloadAt(buf, 0)).isEqualTo(20);
        assertThat(Ipv4Header.payloadLength(buf, 0)).isEqualTo(40);
        assertThat(Ipv4Header.identification(buf, 0)).isEqualTo(44_517);
        assertThat(Ipv4Header.dontFragment(buf, 0)).isTrue();
        assertThat(Ipv4Header.isFragment(buf, 0)).isFalse();
        assertThat(Ipv4Header.ttl(buf, 0)).isEqualTo(64);
        assertThat(Ipv4Header.protocol(buf, 0)).isEqualTo(IpProtocol.TCP);
        assertThat(Ipv4Header.checksum(buf, 0)).isEqualTo(0x78c6);
        assertThat(AddressText.text4(Ipv4Header.source(buf, 0))).isEqualTo("10.7.0.1");
        assertThat(AddressText.text4(Ipv4Header.destination(buf, 0))).isEqualTo("10.7.0.2");
    }

    @Test
    void accessors_recordedFragment_readItsPlace() {
        ByteBuffer buf = CapturedPackets.of("udp4-last-fragment");
        assertThat(Ipv4Header.check(buf, 0, buf.limit(), Checksums.VERIFY)).isEqualTo(Verdict.OK);
        assertThat(Ipv4Header.isFragment(buf, 0)).isTrue();
        assertThat(Ipv4Header.moreFragments(buf, 0)).isFalse();
        assertThat(Ipv4Header.fragmentOffset(buf, 0)).isEqualTo(2960);
    }

    @Test
    void check_recordedRouterAlert_acceptsOptions() {
        ByteBuffer buf = CapturedPackets.of("udp4-router-alert");
        assertThat(Ipv4Header.check(buf, 0, buf.limit(), Checksums.VERIFY)).isEqualTo(Verdict.OK);
        assertThat(Ipv4Header.headerLength(buf, 0)).isEqualTo(24);
    }

    @Test
    void dscpAndEcn_shareTheTos() {
        ByteBuffer buf = ByteBuffer.allocate(20);
        Ipv4Header.write(buf, 0, 46 << 2 | 1, 20, 0, 0, 64, IpProtocol.TCP, SOURCE, DESTINATION);
        assertThat(Ipv4Header.dscp(buf, 0)).isEqualTo(46);
        assertThat(Ipv4Header.ecn(buf, 0)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        // what is wrong, header up to the checksum, addresses and options, octets of payload, verdict
        "version 6,            65000014000000004006, 0a0000010a000002,                 0, BAD_VERSION",
        "ihl 4,                44000014000000004006, 0a0000010a000002,                 0, BAD_LENGTH",
        "total below header,   45000013000000004006, 0a0000010a000002,                 0, BAD_LENGTH",
        "total of zero,        45000000000000004006, 0a0000010a000002,                 9, BAD_LENGTH",
        "total beyond octets,  45000015000000004006, 0a0000010a000002,                 0, TRUNCATED",
        "ihl beyond octets,    4f00003c000000004006, 0a0000010a000002,                 0, TRUNCATED",
        "link padding,         45000014000000004006, 0a0000010a000002,                26, OK",
        "option of length 0,   46000018000000004006, 0a0000010a000002 44000000,        0, BAD_OPTION",
        "option of length 1,   46000018000000004006, 0a0000010a000002 44010000,        0, BAD_OPTION",
        "option overruns,      46000018000000004006, 0a0000010a000002 44050000,        0, BAD_OPTION",
        "option without length,46000018000000004006, 0a0000010a000002 01010144,        0, BAD_OPTION",
        "garbage behind end,   46000018000000004006, 0a0000010a000002 01004400,        0, OK",
        "loose source route,   46000018000000004006, 0a0000010a000002 83030400,        0, SOURCE_ROUTED",
        "strict source route,  46000018000000004006, 0a0000010a000002 01890304,        0, SOURCE_ROUTED",
        "multicast source,     45000014000000004006, e00000010a000002,                 0, BAD_ADDRESS",
        "broadcast source,     45000014000000004006, ffffffff0a000002,                 0, BAD_ADDRESS",
        "source of a host without an address, 45000014000000004011, 00000000ffffffff,  0, OK",
        "fragment of 7 octets, 4500001b000020004006, 0a0000010a000002,                 7, BAD_FRAGMENT",
        "fragment of 8 octets, 4500001c000020004006, 0a0000010a000002,                 8, OK",
        "empty fragment,       45000014000020004006, 0a0000010a000002,                 0, BAD_FRAGMENT",
        "last fragment odd,    4500001b000000014006, 0a0000010a000002,                 7, OK",
        "ping of death,        45000024000019ff4006, 0a0000010a000002,                16, OK",
        "reassembly at limit,  4500001b00001ffc4006, 0a0000010a000002,                 7, OK",
        "reassembly too long,  4500001c00001ffd4006, 0a0000010a000002,                 8, BAD_FRAGMENT",
    })
    void check_oneThingWrong_saysWhich(String what, String start, String rest, int payload, Verdict verdict) {
        ByteBuffer buf = header(start, rest, payload);
        assertThat(Ipv4Header.check(buf, 0, buf.limit(), Checksums.OFFLOADED))
                .as(what)
                .isEqualTo(verdict);
    }

    @Test
    void check_damagedHeader_saysBadChecksum() {
        ByteBuffer buf = CapturedPackets.of("udp4");
        Octets.put8(buf, Ipv4Header.TTL, 63);
        assertThat(Ipv4Header.check(buf, 0, buf.limit(), Checksums.VERIFY)).isEqualTo(Verdict.BAD_CHECKSUM);
    }

    @Test
    void check_everyTruncation_saysTruncated() {
        ByteBuffer buf = CapturedPackets.of("udp4-router-alert");
        for (int length = 0; length < buf.limit(); length++) {
            assertThat(Ipv4Header.check(buf, 0, length, Checksums.VERIFY)).isEqualTo(Verdict.TRUNCATED);
        }
    }

    @Test
    void check_lengthBeyondBuffer_saysTruncated() {
        ByteBuffer buf = CapturedPackets.of("udp4");
        assertThat(Ipv4Header.check(buf, 1, buf.limit(), Checksums.VERIFY)).isEqualTo(Verdict.TRUNCATED);
    }

    @Test
    void check_superPacket_acceptsLengthAboveAnyMtu() {
        ByteBuffer buf = ByteBuffer.allocateDirect(Ipv4Header.MAX_TOTAL_LENGTH);
        Ipv4Header.write(buf, 0, 0, Ipv4Header.MAX_TOTAL_LENGTH, 1, 0, 64, IpProtocol.TCP, SOURCE, DESTINATION);
        assertThat(Ipv4Header.check(buf, 0, buf.limit(), Checksums.VERIFY)).isEqualTo(Verdict.OK);
        assertThat(Ipv4Header.payloadLength(buf, 0)).isEqualTo(65_515);
    }

    @Test
    void checkQuoted_cutPacket_needsHeaderAndEightOctets() {
        ByteBuffer buf = CapturedPackets.of("tcp4-data");
        assertThat(Ipv4Header.checkQuoted(buf, 0, 28)).isEqualTo(Verdict.OK);
        assertThat(Ipv4Header.checkQuoted(buf, 0, 27)).isEqualTo(Verdict.TRUNCATED);
    }

    @Test
    void put_everyField_keepsChecksumTrue() {
        ByteBuffer buf = CapturedPackets.of("udp4");
        Ipv4Header.putTos(buf, 0, 0xb9);
        Ipv4Header.putTotalLength(buf, 0, 30);
        Ipv4Header.putIdentification(buf, 0, 0xfffe);
        Ipv4Header.putFlagsAndOffset(buf, 0, Ipv4Header.DONT_FRAGMENT);
        Ipv4Header.putTtl(buf, 0, 1);
        Ipv4Header.putSource(buf, 0, SOURCE);
        Ipv4Header.putDestination(buf, 0, DESTINATION);
        Ipv4Header.swapAddresses(buf, 0);

        assertThat(Ipv4Header.check(buf, 0, buf.limit(), Checksums.VERIFY)).isEqualTo(Verdict.OK);
        assertThat(Ipv4Repr.parse(buf, 0))
                .isEqualTo(new Ipv4Repr(
                        new Ip4Address(DESTINATION),
                        new Ip4Address(SOURCE),
                        0xb9,
                        0xfffe,
                        Ipv4Header.DONT_FRAGMENT,
                        1,
                        IpProtocol.UDP));
        assertThat(Ipv4Header.totalLength(buf, 0)).isEqualTo(30);
    }

    private static ByteBuffer header(String start, String rest, int payload) {
        byte[] octets = HexFormat.of().parseHex(start + "0000" + rest.replace(" ", ""));
        return ByteBuffer.allocate(octets.length + payload).put(0, octets);
    }
}

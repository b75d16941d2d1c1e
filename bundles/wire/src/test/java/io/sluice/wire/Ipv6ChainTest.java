package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ipv6ChainTest {

    private static final String UDP = "1b581b5900080000";

    private final Ipv6Chain chain = new Ipv6Chain();

    @Test
    void walk_noExtension_arrivesAtOnce() {
        ByteBuffer buf = CapturedPackets.of("tcp6-data");
        assertThat(chain.walk(buf, 0)).isEqualTo(Verdict.OK);
        assertThat(chain.protocol()).isEqualTo(IpProtocol.TCP);
        assertThat(chain.protocolNamedAt()).isEqualTo(Ipv6Header.NEXT_HEADER);
        assertThat(chain.payloadOffset()).isEqualTo(40);
        assertThat(chain.payloadLength()).isEqualTo(44);
        assertThat(chain.isFragment()).isFalse();
    }

    @Test
    void walk_recordedOptions_arrivesBehindThem() {
        ByteBuffer buf = CapturedPackets.of("udp6-two-extensions");
        assertThat(chain.walk(buf, 0)).isEqualTo(Verdict.OK);
        assertThat(chain.protocol()).isEqualTo(IpProtocol.UDP);
        assertThat(chain.protocolNamedAt()).isEqualTo(48);
        assertThat(chain.payloadOffset()).isEqualTo(56);
        assertThat(chain.payloadLength()).isEqualTo(13);
        assertThat(UdpHeader.check6(buf, 56, 13, Ipv6Header.addressSum(buf, 0), Checksums.VERIFY))
                .isEqualTo(Verdict.OK);
    }

    @Test
    void walk_recordedFragment_stopsBehindItsHeader() {
        ByteBuffer buf = CapturedPackets.of("udp6-last-fragment");
        assertThat(chain.walk(buf, 0)).isEqualTo(Verdict.OK);
        assertThat(chain.isFragment()).isTrue();
        assertThat(chain.fragmentAt()).isEqualTo(40);
        assertThat(chain.fragmentOffset()).isEqualTo(2896);
        assertThat(chain.moreFragments()).isFalse();
        assertThat(chain.identification()).isEqualTo(0x95dd2d57);
        assertThat(chain.protocol()).isEqualTo(IpProtocol.UDP);
        assertThat(chain.protocolNamedAt()).isEqualTo(Ipv6Header.NEXT_HEADER);
        assertThat(chain.payloadOffset()).isEqualTo(48);
        assertThat(chain.payloadLength()).isEqualTo(112);
    }

    @ParameterizedTest
    @CsvSource({
        // what, first next header, headers and payload, destination, verdict, answer code, answer pointer
        "routing with nothing left,    43, 1100040000000000,                 fd07::2, OK,               -1, 0",
        "routing type 0,               43, 1100000100000000,                 fd07::2, SOURCE_ROUTED,     0, 42",
        "unknown routing type,         43, 1100fd0200000000,                 fd07::2, SOURCE_ROUTED,     0, 42",
        "authentication,               51, 110400000000000100000001aaaaaaaaaaaaaaaaaaaaaaaa, fd07::2, OK, -1, 0",
        "authentication too long,      51, 11ff000000000001,                 fd07::2, TRUNCATED,        -1, 0",
        "hop-by-hop behind another,    60, 00000104000000001100010400000000, fd07::2, HEADER_MISPLACED,  1, 40",
        "hop-by-hop twice,              0, 00000104000000001100010400000000, fd07::2, HEADER_MISPLACED,  1, 40",
        "options longer than packet,   60, 110f010400000000,                 fd07::2, TRUNCATED,        -1, 0",
        "option longer than header,    60, 1100010500000000,                 fd07::2, BAD_OPTION,        0, 42",
        "option without length,        60, 1100010200000003,                 fd07::2, BAD_OPTION,        0, 47",
        "six times pad 1,              60, 1100000000000000,                 fd07::2, OK,               -1, 0",
        "unknown option to be skipped, 60, 11001e0400000000,                 fd07::2, OK,               -1, 0",
        "unknown option to discard,     60, 11005e0400000000,                 fd07::2, UNKNOWN_OPTION,   -1, 42",
        "unknown option to answer,      60, 11009e0400000000,                 fd07::2, UNKNOWN_OPTION,    2, 42",
        "… also to a group,            60, 11009e0400000000,                 ff02::2, UNKNOWN_OPTION,    2, 42",
        "unknown option for one host, 60, 1100de0400000000,                 fd07::2, UNKNOWN_OPTION,    2, 42",
        "… not to a group,             60, 1100de0400000000,                 ff02::2, UNKNOWN_OPTION,   -1, 42",
        "jumbo payload,                 0, 1100c20400010000,                 fd07::2, UNKNOWN_OPTION,    2, 42",
        "eight options,                60, 11021e001e001e001e001e001e001e001e00010400000000, fd07::2, OK, -1, 0",
        "nine options,                 60, 11021e001e001e001e001e001e001e001e001e0001020000, fd07::2, CHAIN_TOO_LONG, 8, 58",
        "atomic fragment,              44, 1100000000000007,                 fd07::2, OK,               -1, 0",
    })
    void walk_oneHeader_judgesIt(
            String what, int first, String headers, String destination, Verdict verdict, int code, int pointer) {
        ByteBuffer buf = packet(first, headers + UDP, destination);
        assertThat(chain.walk(buf, 0)).as(what).isEqualTo(verdict);
        assertThat(chain.answerCode()).as(what).isEqualTo(code);
        if (verdict == Verdict.OK) {
            assertThat(chain.protocol()).as(what).isEqualTo(IpProtocol.UDP);
            assertThat(chain.payloadLength()).as(what).isEqualTo(8);
            assertThat(chain.isFragment()).as(what).isFalse();
        } else if (code != Ipv6Chain.SILENT) {
            assertThat(chain.answerPointer()).as(what).isEqualTo(pointer);
        }
    }

    @Test
    void walk_hundredHeaders_stopsAtTheNinth() {
        String option = "3c00010400000000";
        ByteBuffer eight = packet(60, option.repeat(7) + "1100010400000000" + UDP, "fd07::2");
        assertThat(chain.walk(eight, 0)).isEqualTo(Verdict.OK);
        ByteBuffer hundred = packet(60, option.repeat(100), "fd07::2");
        assertThat(chain.walk(hundred, 0)).isEqualTo(Verdict.CHAIN_TOO_LONG);
        assertThat(chain.answerCode()).isEqualTo(Icmpv6.TOO_MANY_EXTENSION_HEADERS);
        assertThat(chain.answerPointer()).isEqualTo(40 + 8 * 8);
    }

    @ParameterizedTest
    @CsvSource({
        // what, fragment header and what follows, verdict, answer code, answer pointer
        "first with whole UDP header,      1100000100000007 1b581b5900100000,                 OK,               -1, 0",
        "first with half a TCP header,     0600000100000007 1b581b5900100000,                 CHAIN_INCOMPLETE,  3, 0",
        "first with options cut,           3c00000100000007 11010104000000ff,                 CHAIN_INCOMPLETE,  3, 0",
        "first with options and no UDP,    3c00000100000007 1100010400000000,                 CHAIN_INCOMPLETE,  3, 0",
        "first with options and UDP,       3c00000100000007 1100010400000000 1b581b5900100000, OK,              -1, 0",
        "unknown option is judged later,   3c00000100000007 11009e0400000000 1b581b5900100000, OK,              -1, 0",
        "not a multiple of eight,          1100000100000007 1b581b590010000000,               BAD_FRAGMENT,      0, 4",
        "nothing but more to come,         1100000900000007,                                  BAD_FRAGMENT,      0, 4",
        "last at the limit,                1100fff000000007 aaaaaaaaaaaaaa,                   OK,               -1, 0",
        "beyond the limit,                 1100fff800000007 aaaaaaaaaaaaaaaa,                 BAD_FRAGMENT,      0, 42",
        "later with half a header,         0600000900000007 aaaaaaaaaaaaaaaa,                 OK,               -1, 0",
    })
    void walk_oneFragment_judgesIt(String what, String octets, Verdict verdict, int code, int pointer) {
        ByteBuffer buf = packet(IpProtocol.FRAGMENT, octets, "fd07::2");
        assertThat(chain.walk(buf, 0)).as(what).isEqualTo(verdict);
        assertThat(chain.isFragment()).isTrue();
        if (verdict == Verdict.OK) {
            assertThat(chain.payloadOffset()).as(what).isEqualTo(48);
        } else {
            assertThat(chain.answerCode()).as(what).isEqualTo(code);
            assertThat(chain.answerPointer()).as(what).isEqualTo(pointer);
        }
    }

    @Test
    void walk_unknownProtocol_saysWhereItIsNamed() {
        ByteBuffer buf = packet(60, "fe00010400000000", "fd07::2");
        assertThat(chain.walk(buf, 0)).isEqualTo(Verdict.OK);
        assertThat(chain.protocol()).isEqualTo(254);
        assertThat(chain.protocolNamedAt()).isEqualTo(40);
        assertThat(chain.payloadLength()).isZero();
    }

    @Test
    void walk_afterFragment_forgetsIt() {
        chain.walk(CapturedPackets.of("udp6-last-fragment"), 0);
        chain.walk(CapturedPackets.of("tcp6-syn"), 0);
        assertThat(chain.isFragment()).isFalse();
    }

    @Test
    void walk_everyTruncation_neverArrivesBeyondThePacket() {
        ByteBuffer whole = CapturedPackets.of("udp6-two-extensions");
        for (int length = 40; length < 56; length++) {
            ByteBuffer buf = ByteBuffer.allocate(length).put(0, whole, 0, length);
            Ipv6Header.putPayloadLength(buf, 0, length - 40);
            assertThat(chain.walk(buf, 0)).isEqualTo(Verdict.TRUNCATED);
        }
    }

    private static ByteBuffer packet(int nextHeader, String octets, String destination) {
        byte[] behind = HexFormat.of().parseHex(octets.replace(" ", ""));
        ByteBuffer buf = ByteBuffer.allocate(40 + behind.length).put(40, behind);
        Ipv6Repr.of(AddressText.parse6("fd07::1"), AddressText.parse6(destination), nextHeader)
                .emit(buf, 0, behind.length);
        assertThat(Ipv6Header.check(buf, 0, buf.limit())).isEqualTo(Verdict.OK);
        return buf;
    }
}

package io.sluice.wire.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DnsHeaderTest {

    @Test
    void accessors_recordedResponse_readItsFields() {
        ByteBuffer buf = CapturedMessages.of("mx-response");
        assertThat(DnsHeader.id(buf, 0)).isEqualTo(0x385b);
        assertThat(DnsHeader.isResponse(buf, 0)).isTrue();
        assertThat(DnsHeader.flags(buf, 0)).isEqualTo(DnsHeader.QR | DnsHeader.AA | DnsHeader.RD | DnsHeader.RA);
        assertThat(DnsHeader.questions(buf, 0)).isEqualTo(1);
        assertThat(DnsHeader.answers(buf, 0)).isEqualTo(1);
        assertThat(DnsHeader.authorities(buf, 0)).isZero();
        assertThat(DnsHeader.additionals(buf, 0)).isEqualTo(2);
        DnsHeader.putId(buf, 0, 0xfffe);
        DnsHeader.putFlags(buf, 0, DnsHeader.TC);
        assertThat(DnsHeader.id(buf, 0)).isEqualTo(0xfffe);
        assertThat(DnsHeader.isResponse(buf, 0)).isFalse();
    }

    @Test
    void check_everyTruncation_isRefused() {
        for (byte[] octets : CapturedMessages.all()) {
            ByteBuffer buf = ByteBuffer.wrap(octets);
            assertThat(DnsHeader.check(buf, 0, octets.length)).isEqualTo(Verdict.OK);
            assertThat(DnsHeader.check(buf, 0, octets.length + 1)).isEqualTo(Verdict.TRUNCATED);
            for (int length = 0; length < octets.length; length++) {
                assertThat(DnsHeader.check(buf, 0, length)).isEqualTo(Verdict.TRUNCATED);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // what, counts, octets behind the header, verdict
        "nothing at all,            0000000000000000, '',                                     OK",
        "more questions than are,   0002000000000000, 0000010001,                             TRUNCATED",
        "octets behind the last,    0001000000000000, 0000010001ffff,                         OK",
        "pointer to itself,         0001000000000000, c00c00010001,                           BAD_NAME",
        "pointer forward,           0001000000000000, c00e000000010001,                       BAD_NAME",
        "pointer into the header,   0001000000000000, c00b00010001,                           BAD_NAME",
        "run into its own pointer,  0002000000000000, 00000100010161c01100010001,             BAD_NAME",
        "pointer cut,               0001000000000000, c0,                                     TRUNCATED",
        "label cut,                 0001000000000000, 0561,                                   TRUNCATED",
        "label of type 01,          0001000000000000, 410000010001,                           BAD_NAME",
        "label of type 10,          0001000000000000, 8000010001,                             BAD_NAME",
        "A of 4,                    0000000100000000, 000001000100000000000401020304,         OK",
        "A of 3,                    0000000100000000, 0000010001000000000003010203,           BAD_LENGTH",
        "A of 3 in another class,   0000000100000000, 0000010003000000000003010203,           OK",
        "AAAA of 4,                 0000000100000000, 00001c000100000000000401020304,         BAD_LENGTH",
        "data cut,                  0000000100000000, 0000010001000000000004010203,           TRUNCATED",
        "CNAME of root,             0000000100000000, 000005000100000000000100,               OK",
        "CNAME and more,            0000000100000000, 00000500010000000000020000,             BAD_LENGTH",
        "CNAME longer than data,    0000000100000000, 00000500010000000000020161,             BAD_LENGTH",
        "CNAME pointing to itself,  0000000100000000, 0000050001000000000002c017,             BAD_NAME",
        "MX without name,           0000000100000000, 00000f00010000000000020001,             BAD_LENGTH",
        "MX of nothing,             0000000100000000, 00000f0001000000000000,                 BAD_LENGTH",
        "SRV of root,               0000000100000000, 00002100010000000000070001000200030 0,  OK",
        "SOA too short,             0000000100000000, 0000060001000000000003000000,           BAD_LENGTH",
        "unknown type,              0000000100000000, 00ff3400010000000000020102,             OK",
        "OPT,                       0000000000000001, 00002904d0000000000000,                 OK",
        "OPT with an option,        0000000000000001, 00002904d0000000000005000a0001ff,       OK",
        "OPT with half an option,   0000000000000001, 00002904d0000000000003000a00,           BAD_OPTION",
        "OPT with option too long,  0000000000000001, 00002904d0000000000004000a0001,         BAD_OPTION",
        "OPT twice,                 0000000000000002, 00002904d000000000000000002904d0000000000000, BAD_OPTION",
        "OPT as answer,             0000000100000000, 00002904d0000000000000,                 BAD_OPTION",
        "OPT with a name,           0000000000000001, 016100002904d0000000000000,             BAD_OPTION",
    })
    void check_oneThingWrong_saysWhich(String what, String counts, String rest, Verdict verdict) {
        ByteBuffer buf = ByteBuffer.wrap(HexFormat.of().parseHex("00000000" + counts + rest.replace(" ", "")));
        assertThat(DnsHeader.check(buf, 0, buf.limit())).as(what).isEqualTo(verdict);
    }

    @Test
    void check_nameOf255Octets_isTheLongest() {
        assertThat(checkName("3f" + "61".repeat(63), 3, "3d" + "61".repeat(61))).isEqualTo(Verdict.OK);
        assertThat(checkName("3f" + "61".repeat(63), 3, "3e" + "61".repeat(62))).isEqualTo(Verdict.BAD_NAME);
    }

    private static Verdict checkName(String label, int times, String last) {
        ByteBuffer buf = ByteBuffer.wrap(
                HexFormat.of().parseHex("000000000001000000000000" + label.repeat(times) + last + "0000010001"));
        return DnsHeader.check(buf, 0, buf.limit());
    }

    /** A pointer to a pointer to a pointer …: harmless for 127, refused from there on, so that work stays linear. */
    @Test
    void check_chainOfPointers_isBounded() {
        assertThat(checkPointers(126)).isEqualTo(Verdict.OK);
        assertThat(checkPointers(127)).isEqualTo(Verdict.BAD_NAME);
    }

    /** An opaque record holding a chain of pointers, and a question-like name that points at its end. */
    private static Verdict checkPointers(int pointers) {
        StringBuilder hex = new StringBuilder("000000000000000200000000");
        hex.append("00ff340001").append("00000000").append(String.format("%04x", 1 + 2 * pointers));
        int first = 12 + 11;
        hex.append("00");
        int target = first;
        for (int i = 0; i < pointers; i++) {
            hex.append(String.format("%04x", 0xc000 | target));
            target = first + 1 + 2 * i;
        }
        hex.append(String.format("%04x", 0xc000 | target)).append("ff340001000000000000");
        ByteBuffer buf = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        return DnsHeader.check(buf, 0, buf.limit());
    }

    @Test
    void ttl_recordedResponse_isReadAndAged() {
        ByteBuffer buf = CapturedMessages.of("cname-response");
        assertThat(DnsTtl.least(buf, 0)).isEqualTo(300);
        DnsMessage before = DnsMessage.parse(buf, 0);
        DnsTtl.age(buf, 0, 299);
        assertThat(DnsTtl.least(buf, 0)).isEqualTo(1);
        DnsMessage after = DnsMessage.parse(buf, 0);
        assertThat(after.answers()).extracting(DnsRecord::ttl).containsExactly(1, 3301);
        assertThat(after.edns()).isEqualTo(before.edns());
        DnsTtl.age(buf, 0, Integer.MAX_VALUE);
        assertThat(DnsTtl.least(buf, 0)).isZero();
    }

    @Test
    void ttl_highestBitSet_countsAsZero() {
        ByteBuffer buf = ByteBuffer.wrap(
                HexFormat.of().parseHex("000000000000000100000000" + "0000010001800000010004" + "01020304"));
        assertThat(DnsHeader.check(buf, 0, buf.limit())).isEqualTo(Verdict.OK);
        assertThat(DnsTtl.least(buf, 0)).isZero();
        assertThat(DnsMessage.parse(buf, 0).answers().getFirst().ttl()).isZero();
        DnsTtl.age(buf, 0, 5);
        assertThat(buf.getInt(17)).isZero();
    }

    @Test
    void ttl_withoutRecords_isNone() {
        assertThat(DnsTtl.least(CapturedMessages.of("aaaa-query"), 0)).isEqualTo(DnsTtl.NONE);
        assertThat(DnsTtl.least(CapturedMessages.of("a-query"), 0)).isEqualTo(DnsTtl.NONE);
    }
}

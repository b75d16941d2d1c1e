package io.sluice.wire.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.wire.IpAddress;
import io.sluice.wire.OctetString;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DnsMessageTest {

    private static final DnsName WWW = DnsName.parse("www.sluice.example");

    @Test
    void parse_recordedQuery_readsEverything() {
        DnsMessage query = parse("a-query");
        assertThat(query.id()).isEqualTo(0x8704);
        assertThat(query.isResponse()).isFalse();
        assertThat(query.opcode()).isZero();
        assertThat(query.recursionDesired()).isTrue();
        assertThat(query.questions()).containsExactly(DnsQuestion.of(WWW, DnsType.A));
        assertThat(query.answers()).isEmpty();
        assertThat(query.udpPayload()).isEqualTo(1232);
        assertThat(query.edns())
                .contains(new Edns(1232, 0, 0, 0, List.of(new Edns.Option(10, OctetString.ofHex("f66b7b02dc09306c")))));
    }

    @Test
    void parse_recordedResponses_readTheirData() {
        assertThat(parse("a-response").answers())
                .containsExactly(DnsRecord.address(WWW, 3600, IpAddress.parse("192.0.2.80")));
        assertThat(parse("aaaa-response").answers())
                .containsExactly(DnsRecord.address(WWW, 3600, IpAddress.parse("2001:db8::80")));
        assertThat(parse("cname-response").answers())
                .containsExactly(
                        DnsRecord.target(DnsName.parse("web.sluice.example"), DnsType.CNAME, 300, WWW),
                        DnsRecord.address(WWW, 3600, IpAddress.parse("192.0.2.80")));
        assertThat(parse("cname-response").edns().orElseThrow().dnssecOk()).isTrue();
        DnsName mail = DnsName.parse("mail.sluice.example");
        DnsRecord mailAddress = DnsRecord.address(mail, 300, IpAddress.parse("192.0.2.25"));
        assertThat(parse("mx-response").answers())
                .extracting(DnsRecord::data)
                .containsExactly(new DnsData.MailExchange(10, mail));
        assertThat(parse("mx-response").additionals()).containsExactly(mailAddress);
        assertThat(parse("srv-response").answers())
                .extracting(DnsRecord::data)
                .containsExactly(new DnsData.Service(5, 7, 143, mail));
        assertThat(parse("txt-response").answers())
                .extracting(DnsRecord::data)
                .containsExactly(new DnsData.Opaque(OctetString.ofHex("0b763d73706631202d616c6c")));
        assertThat(parse("ptr-response").answers())
                .containsExactly(
                        DnsRecord.target(DnsName.reverseOf(IpAddress.parse("192.0.2.80")), DnsType.PTR, 300, WWW));
        assertThat(parse("nxdomain-response").rcode()).isEqualTo(DnsRcode.NAME_ERROR);
        assertThat(parse("refused-response").rcode()).isEqualTo(DnsRcode.REFUSED);
    }

    /** dnsmasq also points at names inside SRV data, so octets may differ; values must not. */
    @ParameterizedTest
    @MethodSource("recorded")
    void parse_ofEmit_isIdentity(String name) {
        DnsMessage message = parse(name);
        ByteBuffer out = ByteBuffer.allocate(700);
        int length = message.emit(out, 9, 600);
        assertThat(DnsMessage.check(out, 9, length)).isEqualTo(Verdict.OK);
        assertThat(DnsMessage.parse(out, 9)).isEqualTo(message);
    }

    @ParameterizedTest
    @MethodSource("recordedQueries")
    void emit_recordedQuery_givesItsOctets(String name) {
        ByteBuffer recorded = CapturedMessages.of(name);
        ByteBuffer out = ByteBuffer.allocate(512);
        int length = parse(name).emit(out, 0, 512);
        assertThat(out.slice(0, length)).isEqualTo(recorded);
    }

    static List<String> recorded() {
        return List.copyOf(CapturedMessages.names());
    }

    static List<String> recordedQueries() {
        return CapturedMessages.names().stream()
                .filter(name -> name.endsWith("query"))
                .toList();
    }

    /** RFC 1035 §4.1.4: F.ISI.ARPA, FOO.F.ISI.ARPA, ARPA and the root. */
    @Test
    void emit_namesOfRfc1035_areCompressedAsThere() {
        List<DnsQuestion> questions = new ArrayList<>();
        for (String name : List.of("F.ISI.ARPA", "FOO.F.ISI.ARPA", "ARPA", ".")) {
            questions.add(DnsQuestion.of(DnsName.parse(name), DnsType.A));
        }
        DnsMessage message = new DnsMessage(0, 0, questions, List.of(), List.of(), List.of(), Optional.empty());
        ByteBuffer out = ByteBuffer.allocate(512);
        int length = message.emit(out, 0, 512);
        assertThat(OctetString.copyOf(out, 12, length - 12))
                .isEqualTo(OctetString.ofHex(
                        "01460349534904415250410000010001" // F.ISI.ARPA at 12
                                + "03464f4fc00c00010001" // FOO, pointer to 12
                                + "c01200010001" // pointer to 18
                                + "0000010001"));
        assertThat(DnsMessage.check(out, 0, length)).isEqualTo(Verdict.OK);
        assertThat(DnsMessage.parse(out, 0)).isEqualTo(message);
    }

    @Test
    void emit_serviceAndDname_areNotCompressed() {
        DnsMessage message = DnsMessage.query(1, DnsQuestion.of(WWW, DnsType.SRV))
                .response(
                        DnsRcode.NO_ERROR,
                        List.of(
                                new DnsRecord(WWW, DnsType.SRV, 1, 60, new DnsData.Service(0, 0, 443, WWW)),
                                DnsRecord.target(WWW, DnsType.DNAME, 60, WWW),
                                DnsRecord.target(WWW, DnsType.NS, 60, WWW)));
        ByteBuffer out = ByteBuffer.allocate(512);
        int length = message.emit(out, 0, 512);
        assertThat(length).isEqualTo(12 + 24 + (12 + 6 + 20) + (12 + 20) + (12 + 2) + 11);
        assertThat(DnsMessage.parse(out, 0)).isEqualTo(message);
    }

    @Test
    void response_toRecordedQuery_answersIt() {
        DnsMessage query = parse("cname-query");
        DnsRecord answer = DnsRecord.address(WWW, 1, IpAddress.parse("198.18.0.1"));
        DnsMessage response = query.response(DnsRcode.NO_ERROR, List.of(answer));
        assertThat(response.id()).isEqualTo(query.id());
        assertThat(response.isResponse()).isTrue();
        assertThat(response.recursionDesired()).isTrue();
        assertThat(response.questions()).isEqualTo(query.questions());
        assertThat(response.edns().orElseThrow()).isEqualTo(new Edns(1232, 0, 0, Edns.DNSSEC_OK, List.of()));
        assertThat(query.response(DnsRcode.BAD_VERSION, List.of()).rcode()).isEqualTo(16);
        assertThat(parse("aaaa-query").response(DnsRcode.REFUSED, List.of()).edns())
                .isEmpty();
    }

    @Test
    void emit_tooLong_isCutToItsHeadWithTc() {
        List<DnsRecord> answers = Collections.nCopies(40, DnsRecord.address(WWW, 60, IpAddress.parse("2001:db8::1")));
        DnsMessage response = parse("a-query").response(DnsRcode.NO_ERROR, answers);
        ByteBuffer out = ByteBuffer.allocate(2000);
        int length = response.emit(out, 0, 512);
        assertThat(length).isEqualTo(12 + 24 + 11);
        assertThat(DnsMessage.check(out, 0, length)).isEqualTo(Verdict.OK);
        DnsMessage cut = DnsMessage.parse(out, 0);
        assertThat(cut.isTruncated()).isTrue();
        assertThat(cut.answers()).isEmpty();
        assertThat(cut.questions()).isEqualTo(response.questions());
        assertThat(cut.edns()).isEqualTo(response.edns());

        int whole = response.emit(out, 0, 2000);
        assertThat(whole).isEqualTo(12 + 24 + 40 * 28 + 11);
        assertThat(DnsMessage.parse(out, 0)).isEqualTo(response);
    }

    @Test
    void emit_headTooLong_dropsOptionsThenQuestions() {
        Edns padded = new Edns(1232, 0, 0, 0, List.of(new Edns.Option(12, OctetString.of(new byte[600]))));
        DnsMessage options = new DnsMessage(
                7, 0, List.of(DnsQuestion.of(WWW, 1)), List.of(), List.of(), List.of(), Optional.of(padded));
        ByteBuffer out = ByteBuffer.allocate(512);
        assertThat(options.emit(out, 0, 512)).isEqualTo(12 + 24 + 11);

        List<DnsQuestion> many = Collections.nCopies(200, DnsQuestion.of(WWW, 1));
        DnsMessage questions = new DnsMessage(7, 0, many, List.of(), List.of(), List.of(), Optional.of(padded));
        assertThat(questions.emit(out, 0, 512)).isEqualTo(23);
        assertThat(DnsMessage.check(out, 0, 23)).isEqualTo(Verdict.OK);
        assertThat(DnsMessage.parse(out, 0).isTruncated()).isTrue();
    }

    @Test
    void emit_everyLimit_staysWithinItAndParses() {
        List<DnsRecord> answers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            answers.add(DnsRecord.target(DnsName.parse("n" + i + ".sluice.example"), DnsType.CNAME, i, WWW));
        }
        DnsMessage response = parse("a-query").response(DnsRcode.NO_ERROR, answers);
        for (int limit = 512; limit < 800; limit++) {
            ByteBuffer out = ByteBuffer.allocate(limit);
            int length = response.emit(out, 0, limit);
            assertThat(DnsMessage.check(out, 0, length)).isEqualTo(Verdict.OK);
        }
    }

    /** Names beyond the reach of a pointer's 14 bits are written in full. */
    @Test
    void emit_largestMessage_pointsNoFurtherThanAPointerCan() {
        List<DnsRecord> answers = new ArrayList<>();
        for (int i = 0; i < 1200; i++) {
            DnsName name = DnsName.parse("host-" + i + ".net-" + i / 2 + ".sluice.example");
            answers.add(DnsRecord.address(name, i, IpAddress.parse("192.0.2.1")));
        }
        DnsMessage response = parse("a-query").response(DnsRcode.NO_ERROR, answers);
        ByteBuffer out = ByteBuffer.allocate(DnsMessage.MAX_LENGTH);
        int length = response.emit(out, 0, DnsMessage.MAX_LENGTH);
        assertThat(length).isGreaterThan(0x4000);
        assertThat(DnsMessage.check(out, 0, length)).isEqualTo(Verdict.OK);
        assertThat(DnsMessage.parse(out, 0)).isEqualTo(response);
    }

    @Test
    void emit_limitBelow512_isRefused() {
        assertThatThrownBy(() -> parse("a-query").emit(ByteBuffer.allocate(600), 0, 511))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("511");
    }

    @Test
    void negativeTtl_isTheLesserOfRecordAndMinimum() {
        DnsMessage query = parse("nxdomain-query");
        assertThat(query.negativeTtl()).isEqualTo(OptionalInt.empty());
        assertThat(withAuthority(query, 300, 60).negativeTtl()).hasValue(60);
        assertThat(withAuthority(query, 30, 60).negativeTtl()).hasValue(30);
        assertThat(withAuthority(query, 30, -1).negativeTtl()).hasValue(0);
    }

    private static DnsMessage withAuthority(DnsMessage query, int ttl, int minimum) {
        DnsData soa = new DnsData.Authority(WWW, WWW, 1, 2, 3, 4, minimum);
        DnsRecord authority = new DnsRecord(WWW.parent(), DnsType.SOA, 1, ttl, soa);
        return new DnsMessage(
                1, DnsHeader.QR, query.questions(), List.of(), List.of(authority), List.of(), Optional.empty());
    }

    @Test
    void record_dataOfAnotherType_isRefused() {
        assertThatThrownBy(() ->
                        new DnsRecord(WWW, DnsType.AAAA, 1, 60, new DnsData.Address(IpAddress.parse("192.0.2.1"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("AAAA");
        assertThatThrownBy(() -> DnsRecord.address(WWW, -1, IpAddress.parse("192.0.2.1")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static DnsMessage parse(String name) {
        ByteBuffer buf = CapturedMessages.of(name);
        assertThat(DnsMessage.check(buf, 0, buf.limit())).isEqualTo(Verdict.OK);
        return DnsMessage.parse(buf, 0);
    }
}

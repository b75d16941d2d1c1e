package io.sluice.outbound.dns.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.wire.dns.DnsMessage;
import io.sluice.wire.dns.DnsName;
import io.sluice.wire.dns.DnsQuestion;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DnsRulesTest {

    static ByteBuf octets(int id, String name, int type) {
        ByteBuffer written = ByteBuffer.allocate(DnsMessage.MIN_UDP_PAYLOAD);
        int length = DnsMessage.query(id, DnsQuestion.of(DnsName.parse(name), type))
                .emit(written, 0, DnsMessage.MIN_UDP_PAYLOAD);
        return Unpooled.wrappedBuffer(written.array(), 0, length);
    }

    private static String fate(List<String> rules, String name, int type) {
        ByteBuf octets = octets(1, name, type);
        try {
            return switch (DnsRules.of(rules).fate(Query.read(octets))) {
                case DnsRules.Fate.Forward _ -> "forward";
                case DnsRules.Fate.Drop _ -> "drop";
                case DnsRules.Fate.Answer(int rcode) -> "answer " + rcode;
            };
        } finally {
            octets.release();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, forward", "28, forward", "65, answer 5", "16, answer 5"})
    void withoutRules_addressesAreAskedForAndTheRestIsRefused(int type, String expected) {
        assertThat(fate(List.of(), "a.example", type)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "a.example, 1, forward",
        "www.Blocked.example, 1, answer 3",
        "unblocked.example, 1, forward",
        "ads.example, 28, drop",
        "tracker.example, 16, answer 0",
        "a.example, 64, forward",
        "a.example, 66, answer 5"
    })
    void theFirstRuleThatTakesAQueryDecides(String name, int type, String expected) {
        List<String> rules = List.of(
                "return=3 domain=domain:blocked.example",
                "drop type=28 domain=full:ads.example",
                "return domain=keyword:track",
                "direct type=16,64-65");

        assertThat(fate(rules, name, type)).isEqualTo(expected);
    }

    @Test
    void hijack_refusesWhatAsksForNoAddress() {
        assertThat(fate(List.of("hijack"), "a.example", 1)).isEqualTo("forward");
        assertThat(fate(List.of("hijack"), "a.example", 15)).isEqualTo("answer 5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "accept",
                "return=x",
                "return=5000",
                "direct type=70000",
                "drop domain=a.example",
                "drop domain=full",
                "drop type"
            })
    void whatIsNoRule_isRefusedWithItsLine(String line) {
        assertThatThrownBy(() -> DnsRules.of(List.of(line)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + line + "'");
    }

    @Test
    void whatIsNoQuery_isNotRead() {
        assertThat(Query.read(Unpooled.EMPTY_BUFFER)).isNull();
        assertThat(Query.read(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}))).isNull();
        ByteBuf response = octets(1, "a.example", 1);
        response.setByte(2, 0x80);
        assertThat(Query.read(response)).isNull();
    }
}

package io.sluice.wire.dns;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** RFC 1035 messages with compression, and names as text. */
class DnsFuzzTest {

    @FuzzTest
    void message(byte[] octets) {
        ByteBuffer message =
                ByteBuffer.allocateDirect(octets.length).put(octets).flip();
        if (DnsMessage.check(message, 0, octets.length) == Verdict.OK) {
            DnsMessage parsed = DnsMessage.parse(message, 0);
            assertThat(parsed.toString()).isNotEmpty();
        }
    }

    @FuzzTest
    void name(byte[] octets) {
        DnsName name;
        try {
            name = DnsName.parse(new String(octets, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return;
        }
        assertThat(DnsName.parse(name.toString())).isEqualTo(name);
    }
}

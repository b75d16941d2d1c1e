package io.sluice.outbound.vless.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.flow.ByteStream;
import io.sluice.proxyclient.ClientCounters;
import org.junit.jupiter.api.Test;

class ResponseReaderTest {

    private final EmbeddedStream below = new EmbeddedStream();
    private final ClientCounters counters = new ClientCounters();
    private final ByteStream stream = ResponseReader.on(below, "192.0.2.1:443", counters);

    ResponseReaderTest() {
        below.watch();
    }

    private void fin() {
        below.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }

    @Test
    void responseInOnePiece_isTakenOffThePayload() {
        below.receives(0, 0, 'a', 'b');
        below.receives('c');

        assertThat(below.seen).containsExactly("6162", "63");
        assertThat(below.channel.pipeline().get(ResponseReader.class)).isNull();
    }

    @Test
    void responseWithAddonsOctetByOctet_isTakenOff() {
        for (int octet : new int[] {0, 2, 0x18, 1}) {
            below.receives(octet);
        }
        assertThat(below.seen).isEmpty();
        below.receives('a');

        assertThat(below.seen).containsExactly("61");
    }

    @Test
    void anotherProtocol_isAFailure() {
        below.receives('H', 'T', 'T', 'P');

        assertThat(below.seen)
                .containsExactly("VLESS server 192.0.2.1:443 does not speak VLESS: its response has version 72, not 0");
        assertThat(counters.malformedReplies.sum()).isEqualTo(1);
        below.receives('m', 'o', 'r', 'e');
        assertThat(below.seen).hasSize(1);
    }

    @Test
    void finWithoutAResponse_isAFailureWithASentence() {
        below.receives(0);
        fin();

        assertThat(below.seen)
                .singleElement()
                .asString()
                .contains("192.0.2.1:443 ended the connection without a response", "does not know the id");
    }

    @Test
    void responseCutAnywhere_isAFailure() {
        int[] response = {0, 2, 0x18, 1};
        for (int length = 0; length < response.length; length++) {
            EmbeddedStream cut = new EmbeddedStream();
            ResponseReader.on(cut, "192.0.2.1:443", counters);
            cut.watch();
            for (int i = 0; i < length; i++) {
                cut.receives(response[i]);
            }
            cut.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);

            assertThat(cut.seen)
                    .as("after %d octets", length)
                    .singleElement()
                    .asString()
                    .contains("ended the connection without a response");
        }
        assertThat(counters.malformedReplies.sum()).isEqualTo(response.length);
    }

    @Test
    void finWithoutAResponseBehindOurOwn_isAFin() {
        stream.shutdownOutput();
        fin();

        assertThat(below.seen).containsExactly("FIN");
        assertThat(counters.malformedReplies.sum()).isZero();
    }

    @Test
    void closeWithoutAResponse_isAFailure() {
        below.channel.close();

        assertThat(below.seen).hasSize(2).last().isEqualTo("inactive");
    }
}

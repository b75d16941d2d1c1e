package io.sluice.inbound.shadowsocks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.api.flow.CloseReason;
import io.sluice.shadowsocks.Method;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StreamConversationTest {

    @ParameterizedTest
    @EnumSource
    void stream_isEchoed_andHalfClosed(Method method) throws Exception {
        try (InboundFixture inbound = new InboundFixture(method);
                Socket socket = inbound.connect()) {
            EmbeddedChannel client = inbound.client(inbound.password);
            socket.getOutputStream().write(InboundFixture.sealed(client, InboundFixture.payload(100)));
            socket.getOutputStream().write(InboundFixture.sealed(client, InboundFixture.payload(200_000)));
            socket.shutdownOutput();
            byte[] answer =
                    InboundFixture.opened(client, socket.getInputStream().readAllBytes());
            assertThat(answer).hasSize(200_100);
            assertThat(Arrays.equals(Arrays.copyOf(answer, 100), InboundFixture.payload(100)))
                    .isTrue();
            assertThat(Arrays.equals(Arrays.copyOfRange(answer, 100, answer.length), InboundFixture.payload(200_000)))
                    .isTrue();
            assertThat(inbound.flows.streams.getFirst().source().destination()).isEqualTo(InboundFixture.DESTINATION);
            assertThat(inbound.flows.ends).containsExactly("FIN");
            assertThat(inbound.count("streams")).isEqualTo(1);
            client.finishAndReleaseAll();
        }
    }

    @Test
    void identity_isTheFlowsUser() throws Exception {
        Method method = Method.BLAKE3_AES_256_GCM;
        String alice = InboundFixture.password(method, 2);
        try (InboundFixture inbound = new InboundFixture(method, Duration.ofSeconds(30), Map.of("alice", alice));
                Socket socket = inbound.connect()) {
            EmbeddedChannel client = inbound.client(inbound.password + ":" + alice);
            socket.getOutputStream().write(InboundFixture.sealed(client, new byte[] {1}));
            socket.shutdownOutput();
            assertThat(InboundFixture.opened(client, socket.getInputStream().readAllBytes()))
                    .containsExactly(1);
            assertThat(inbound.flows.streams.getFirst().source().user()).contains("alice");
            client.finishAndReleaseAll();
        }
    }

    @Test
    void refusedFlow_isReset() throws Exception {
        try (InboundFixture inbound = new InboundFixture(Method.AES_256_GCM);
                Socket socket = inbound.connect()) {
            inbound.flows.refusal = CloseReason.CONNECT_REFUSED;
            EmbeddedChannel client = inbound.client(inbound.password);
            socket.getOutputStream().write(InboundFixture.sealed(client, InboundFixture.payload(10)));
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
            client.finishAndReleaseAll();
        }
    }

    /** A FIN in the middle of a chunk must not look like the end of the stream to the far side. */
    @ParameterizedTest
    @EnumSource
    void streamCutInAChunk_isAborted(Method method) throws Exception {
        try (InboundFixture inbound = new InboundFixture(method);
                Socket socket = inbound.connect()) {
            EmbeddedChannel client = inbound.client(inbound.password);
            socket.getOutputStream().write(InboundFixture.sealed(client, InboundFixture.payload(100)));
            byte[] more = InboundFixture.sealed(client, InboundFixture.payload(1_000));
            socket.getOutputStream().write(more, 0, more.length - 1);
            socket.shutdownOutput();
            inbound.await(() -> !inbound.flows.ends.isEmpty());
            assertThat(inbound.flows.ends).containsExactly("the client ended the stream in the middle of a chunk");
            client.finishAndReleaseAll();
        }
    }

    /** Damage within a stream aborts it, without telling by an RST where it was. */
    @Test
    void alteredChunk_abortsTheFlow_andDrainsTheClient() throws Exception {
        try (InboundFixture inbound = new InboundFixture(Method.BLAKE3_AES_128_GCM);
                Socket socket = inbound.connect()) {
            EmbeddedChannel client = inbound.client(inbound.password);
            socket.getOutputStream().write(InboundFixture.sealed(client, InboundFixture.payload(10)));
            byte[] more = InboundFixture.sealed(client, InboundFixture.payload(1_000));
            more[20] ^= 1;
            socket.getOutputStream().write(more);
            inbound.await(() -> !inbound.flows.ends.isEmpty());
            assertThat(inbound.flows.ends.getFirst()).contains("does not decrypt");
            socket.getOutputStream().write(new byte[10_000]);
            socket.shutdownOutput();
            assertThat(InboundFixture.opened(client, socket.getInputStream().readAllBytes()))
                    .as("what was answered before, and an orderly end")
                    .hasSize(10);
            client.finishAndReleaseAll();
        }
    }

    @ParameterizedTest
    @EnumSource
    void replayedFirstFlight_isNotRelayed(Method method) throws Exception {
        try (InboundFixture inbound = new InboundFixture(method)) {
            byte[] flight;
            try (Socket socket = inbound.connect()) {
                EmbeddedChannel client = inbound.client(inbound.password);
                flight = InboundFixture.sealed(client, InboundFixture.payload(50));
                socket.getOutputStream().write(flight);
                socket.shutdownOutput();
                assertThat(InboundFixture.opened(client, socket.getInputStream().readAllBytes()))
                        .hasSize(50);
                client.finishAndReleaseAll();
            }
            for (int i = 0; i < 20; i++) {
                assertThat(reaction(inbound, flight)).isEqualTo("FIN");
            }
            assertThat(inbound.flows.streams).hasSize(1);
            assertThat(inbound.count("replayed")).isEqualTo(20);
        }
    }

    private static String reaction(InboundFixture inbound, byte[] sent) throws IOException {
        try (Socket socket = inbound.connect()) {
            socket.getOutputStream().write(sent);
            socket.shutdownOutput();
            byte[] answer = socket.getInputStream().readAllBytes();
            return answer.length == 0 ? "FIN" : answer.length + " octets";
        } catch (SocketException e) {
            return "RST";
        }
    }
}

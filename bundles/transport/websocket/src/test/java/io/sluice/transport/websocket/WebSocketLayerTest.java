package io.sluice.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.testkit.layer.Conversation;
import io.sluice.testkit.layer.LayerRig;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both halves over the loopback, and what a half does with a far side that is none. */
class WebSocketLayerTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final WebSocketLayer layer = new WebSocketLayer();
    private final LayerRig rig = new LayerRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private Conversation open(String serverPath, String clientPath) throws Exception {
        InetSocketAddress server = rig.serve(Map.of("websocket.path", serverPath), layer);
        return rig.open(rig.dialer(server, "ws.test", Map.of("websocket.path", clientPath), layer));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a", "/a?ed=2048", "/a?x=1&ed=3", "a?ed=0"})
    void octets_comeBackAsTheyWere_withEarlyDataAndWithout(String path) throws Exception {
        Conversation client = open("/a", path);
        byte[] sent = new byte[3 << 20];
        new Random(7).nextBytes(sent);
        byte[] first = java.util.Arrays.copyOf(sent, 1_500);

        client.write(first);
        client.write(java.util.Arrays.copyOfRange(sent, first.length, sent.length));

        assertThat(client.await(sent.length)).isEqualTo(sent);
        assertThat(rig.arrivals().getFirst().path()).contains("/a");
    }

    @Test
    void serversEnd_isAClose_andTheClientMayGoOn() throws Exception {
        AtomicReference<Conversation> far = new AtomicReference<>();
        rig.service(stream -> Thread.ofVirtual().start(() -> far.set(Conversation.over(stream))));
        Conversation client = open("/", "/");
        client.write("question");
        Conversation server = await(far);
        server.awaitText("question");

        server.write("answer");
        server.shutdownOutput();
        assertThat(client.awaitText("answer")).isEqualTo("answer");
        client.awaitEnd();
        client.write(", and more");

        assertThat(server.awaitText("question, and more")).isEqualTo("question, and more");
    }

    private static Conversation await(AtomicReference<Conversation> far) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (far.get() == null) {
            assertThat(System.nanoTime()).as("nothing was accepted").isLessThan(deadline);
            Thread.onSpinWait();
        }
        return far.get();
    }

    @Test
    void connectionCutWithoutClose_isAnAbort() throws Exception {
        InetSocketAddress server = rig.serve(Map.of(), layer);
        rig.service(stream -> stream.channel().unsafe().close(stream.channel().newPromise()));
        Conversation client = rig.open(rig.dialer(server, "ws.test", Map.of(), layer));

        assertThat(client.awaitFailure()).isInstanceOf(java.io.IOException.class);
        assertThat(client.hasEnded()).isFalse();
    }

    @Test
    void wrongPath_isRefusedAsByAWebServer() throws Exception {
        InetSocketAddress server = rig.serve(Map.of("websocket.path", "/right"), layer);
        ConnectException refusal =
                rig.refused(rig.dialer(server, "ws.test", Map.of("websocket.path", "/wrong"), layer), LIMIT);
        assertThat(refusal.reason()).isEqualTo(CloseReason.PROXY_FAILED);
        assertThat(refusal)
                .hasMessage("WebSocket with ws.test:" + server.getPort()
                        + " failed: the server answered \"HTTP/1.1 404 Not Found\" instead of 101 Switching Protocols");
        // The server says so to itself a moment after the client has its answer.
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (rig.refusals().isEmpty() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(rig.refusals())
                .containsExactly("CLIENT_ABORTED: WebSocket: the client asked for another path or host");
    }

    @Test
    void wrongPathWithEarlyData_isToldByTheChannel() throws Exception {
        Conversation client = open("/right", "/wrong?ed=64");
        client.write("x");
        assertThat(client.awaitFailure())
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("answered \"HTTP/1.1 404 Not Found\"");
    }

    /** Else a client would take a server that has gone for an answer that is empty. */
    @Test
    void serverThatEndsBeforeEarlyDataWasSent_isAFailure_notAnEnd() throws Exception {
        InetSocketAddress plain = rig.listen(stream -> stream.shutdownOutput());
        Conversation client = rig.open(rig.dialer(plain, "ws.test", Map.of("websocket.path", "/?ed=64"), layer));
        assertThat(client.awaitFailure())
                .isInstanceOf(ConnectException.class)
                .hasMessage("WebSocket with ws.test:" + plain.getPort()
                        + " failed: the server closed the connection without an answer");
        assertThat(client.hasEnded()).isFalse();
    }

    @Test
    void request_isWhatXraysServerTakes() throws Exception {
        AtomicReference<Conversation> far = new AtomicReference<>();
        InetSocketAddress plain =
                rig.listen(stream -> Thread.ofVirtual().start(() -> far.set(Conversation.over(stream))));
        Conversation client = rig.open(rig.dialer(
                plain,
                "ws.test",
                Map.of("websocket.path", "/p?ed=8", "websocket.headers", new String[] {"User-Agent: u", "X: y"}),
                layer));
        client.write("\u00ff\u00fehello");
        String request = new String(await(far).await(200), StandardCharsets.ISO_8859_1);

        assertThat(request)
                .startsWith("GET /p HTTP/1.1\r\nHost: ws.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "User-Agent: u\r\nX: y\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ")
                .contains("Sec-WebSocket-Protocol: w7_DvmhlbGw\r\n");
    }

    @Test
    void key_isAcceptedAsInTheStandardsExample() {
        // RFC 6455 §1.3
        assertThat(Key.accept("dGhlIHNhbXBsZSBub25jZQ==")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}

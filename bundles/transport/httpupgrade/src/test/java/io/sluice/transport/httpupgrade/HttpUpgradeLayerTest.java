package io.sluice.transport.httpupgrade;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.layer.Conversation;
import io.sluice.testkit.layer.LayerRig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both halves over the loopback. */
class HttpUpgradeLayerTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpUpgradeLayer layer = new HttpUpgradeLayer();
    private final LayerRig rig = new LayerRig();

    @AfterEach
    void close() {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a", "/a?ed=2048"})
    void octetsAndEnds_passBothWays(String path) throws Exception {
        InetSocketAddress server = rig.serve(Map.of("httpupgrade.path", "/a", "httpupgrade.host", "u.test"), layer);
        Conversation client = rig.open(rig.dialer(server, "u.test", Map.of("httpupgrade.path", path), layer));
        byte[] sent = new byte[1 << 20];
        new Random(9).nextBytes(sent);

        client.write(sent);
        client.shutdownOutput();

        assertThat(client.await(sent.length)).isEqualTo(sent);
        client.awaitEnd();
        assertThat(rig.arrivals().getFirst().path()).contains("/a");
    }

    @Test
    void wrongHost_isRefused() throws Exception {
        InetSocketAddress server = rig.serve(Map.of("httpupgrade.host", "right.test"), layer);
        assertThat(rig.refused(rig.dialer(server, "wrong.test", Map.of(), layer), LIMIT))
                .hasMessage("HTTPUpgrade with wrong.test:" + server.getPort()
                        + " failed: the server answered \"HTTP/1.1 404 Not Found\" instead of 101 Switching Protocols");
    }

    @Test
    void serverThatSpeaksSomethingElse_isNamed() throws Exception {
        InetSocketAddress server = rig.listen(stream -> stream.channel()
                .writeAndFlush(io.netty.buffer.Unpooled.copiedBuffer(
                        "SSH-2.0-x\r\n\r\n", java.nio.charset.StandardCharsets.US_ASCII)));
        assertThat(rig.refused(rig.dialer(server, "u.test", Map.of(), layer), LIMIT))
                .hasMessageContaining("answered \"SSH-2.0-x\"");
    }
}

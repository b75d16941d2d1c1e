package io.sluice.inbound.shadowsocks.engine;

import static io.sluice.inbound.shadowsocks.engine.InboundFixture.opened;
import static io.sluice.inbound.shadowsocks.engine.InboundFixture.payload;
import static io.sluice.inbound.shadowsocks.engine.InboundFixture.sealed;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.api.transport.StreamLayer;
import io.sluice.shadowsocks.Method;
import io.sluice.testkit.layer.Conversation;
import io.sluice.testkit.layer.LayerRig;
import io.sluice.transport.grpc.GrpcLayer;
import io.sluice.transport.websocket.WebSocketLayer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams that come out of a layer. */
class LayeredStreamTest {

    private enum Transport {
        WEBSOCKET(new WebSocketLayer()),
        GRPC(new GrpcLayer());

        final StreamLayer layer;

        Transport(StreamLayer layer) {
            this.layer = layer;
        }
    }

    private static Conversation client(LayerRig rig, InboundFixture inbound, Transport transport) throws Exception {
        return rig.open(rig.dialer(inbound.local(), "p.test", Map.of(), transport.layer));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void streams_comeThroughTheLayer(Transport transport) throws Exception {
        for (Method method : new Method[] {Method.AES_256_GCM, Method.BLAKE3_AES_128_GCM}) {
            try (InboundFixture inbound =
                            new InboundFixture(method, Duration.ofSeconds(30), Map.of(), transport.layer);
                    LayerRig rig = new LayerRig()) {
                Conversation client = client(rig, inbound, transport);
                EmbeddedChannel codec = inbound.client(inbound.password);
                byte[] sent = payload(2_000);

                client.write(sealed(codec, sent));

                // Salt, header, payload; how long the header is depends on the method.
                int overhead = method.saltLength() + (method.is2022() ? 11 + method.saltLength() : 2) + 32;
                assertThat(opened(codec, client.await(overhead + sent.length))).isEqualTo(sent);
                assertThat(inbound.flows.streams.getFirst().source().destination())
                        .isEqualTo(InboundFixture.DESTINATION);
            }
        }
    }

    /** What no key fits to is swallowed there too, until the limit. */
    @ParameterizedTest
    @EnumSource(Transport.class)
    void strangers_hearNothing_andAreNotClosedBeforeTheLimit(Transport transport) throws Exception {
        Duration limit = Duration.ofSeconds(2);
        for (int length : new int[] {1, 49, 75, 5_000}) {
            try (InboundFixture inbound =
                            new InboundFixture(Method.BLAKE3_AES_128_GCM, limit, Map.of(), transport.layer);
                    LayerRig rig = new LayerRig()) {
                long begun = System.nanoTime();
                Conversation client = client(rig, inbound, transport);

                client.write(payload(length));
                client.write(payload(length));
                inbound.await(() -> inbound.count("handshakeTimeouts") == 1);

                assertThat(System.nanoTime() - begun)
                        .isGreaterThan(limit.minusMillis(100).toNanos());
                assertThat(inbound.flows.streams).isEmpty();
                assertThat(client.received()).isEmpty();
            }
        }
    }
}

package io.sluice.outbound.socks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.StreamLayer;
import io.sluice.dialer.Layers;
import io.sluice.dialer.ServerChain;
import io.sluice.loop.NettyEventLoops;
import io.sluice.outbound.socks.engine.OutboundFixture.Reader;
import io.sluice.testkit.layer.LayerRig;
import io.sluice.transport.grpc.GrpcLayer;
import io.sluice.transport.httpupgrade.HttpUpgradeLayer;
import io.sluice.transport.websocket.WebSocketLayer;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The conversation over the real layers, whose other half leads on to a proxy of TCP. */
class LayersTest {

    private static final String CONNECT = "05 01 00 03 0B 6578616D706C652E636F6D 01BB";
    private static final String GRANTED = "05 00 00 01 00000000 0000";
    private static final Duration LONG = Duration.ofSeconds(30);
    private static NettyEventLoops loops;

    private final LayerRig rig = new LayerRig();
    private final RecordingEgress egress = new RecordingEgress();

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(2);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(LONG)).isTrue();
    }

    @AfterEach
    void closeRig() {
        rig.close();
    }

    static Stream<StreamLayer> layers() {
        return Stream.of(new WebSocketLayer(), new HttpUpgradeLayer(), new GrpcLayer());
    }

    private ProxyConnector over(StreamLayer layer, ScriptedProxy proxy, Pipelining.Mode mode) {
        InetSocketAddress server = rig.serve(Map.of(), layer);
        rig.service(stream -> Bridge.between(stream, proxy.address()));
        return connector(server, layer, mode);
    }

    private ProxyConnector connector(InetSocketAddress server, StreamLayer layer, Pipelining.Mode mode) {
        return new ProxyConnector(
                ServerChain.of(OutboundFixture.properties(server), loops, () -> egress, new Layers(null, layer, null)),
                Optional.empty(),
                loops,
                new Pipelining(mode));
    }

    private static OpenRequest request(Network network, InetSocketAddress destination) {
        EventLoop loop = loops.next();
        FlowSource source =
                new FlowSource(network, "test", new InetSocketAddress("127.0.0.1", 1), destination, Optional.empty());
        return new OpenRequest(1, source, destination, loop, LONG);
    }

    private static ByteStream stream(ProxyConnector connector) throws InterruptedException {
        OpenRequest request = request(Network.TCP, OutboundFixture.WEB);
        return request.eventLoop()
                .submit(() -> connector.openStream(request))
                .sync()
                .getNow()
                .sync()
                .getNow();
    }

    @ParameterizedTest
    @MethodSource("layers")
    void stepwise_opensAndRelays_earlyBytesIncluded(StreamLayer layer) throws Exception {
        try (var proxy = new ScriptedProxy(talk -> {
                    talk.expect("05 01 00").send("05 00").expect(CONNECT).send(GRANTED + "68656C6C6F");
                    talk.expect("41").send("6279 65").drain();
                });
                var connector = over(layer, proxy, Pipelining.Mode.OFF)) {
            ByteStream stream = stream(connector);
            Reader reader = Reader.on(stream);
            reader.expect("hello");
            stream.channel()
                    .writeAndFlush(Unpooled.wrappedBuffer(new byte[] {0x41}))
                    .sync();
            reader.expect("bye");
            stream.reset();
            assertThat(proxy.faults).isEmpty();
            assertThat(egress.bound).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void pipelined_everythingComesBeforeAnyAnswer(StreamLayer layer) throws Exception {
        try (var proxy = new ScriptedProxy(talk -> talk.expect("05 01 00" + CONNECT)
                        .send("05 00" + GRANTED + "78")
                        .drain());
                var connector = over(layer, proxy, Pipelining.Mode.ON)) {
            ByteStream stream = stream(connector);
            Reader.on(stream).expect("x");
            stream.reset();
            assertThat(proxy.faults).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void refusal_isTheFlowsReason(StreamLayer layer) throws Exception {
        try (var proxy = new ScriptedProxy(talk ->
                        talk.expect("05 01 00").send("05 00").expect(CONNECT).send("05 05 00 01 00000000 0000"));
                var connector = over(layer, proxy, Pipelining.Mode.OFF)) {
            OpenRequest request = request(Network.TCP, OutboundFixture.WEB);
            ConnectException failure = (ConnectException) request.eventLoop()
                    .submit(() -> connector.openStream(request))
                    .sync()
                    .getNow()
                    .await()
                    .cause();
            assertThat(failure.reason()).isEqualTo(CloseReason.CONNECT_REFUSED);
            assertThat(failure).hasMessageContaining("refused").hasMessageContaining("example.com:443");
        }
    }

    @Test
    void serverWithoutTheLayer_isSaidByTheLayer_andTheTaskBehindIt() throws Exception {
        try (var proxy = new ScriptedProxy(talk -> talk.send("485454502F312E3120343034204E6F7065 0D0A 0D0A"));
                var connector = connector(proxy.address(), new WebSocketLayer(), Pipelining.Mode.ON)) {
            OpenRequest request = request(Network.TCP, OutboundFixture.WEB);
            ConnectException failure = (ConnectException) request.eventLoop()
                    .submit(() -> connector.openStream(request))
                    .sync()
                    .getNow()
                    .await()
                    .cause();
            assertThat(failure.reason()).isEqualTo(CloseReason.PROXY_FAILED);
            assertThat(failure)
                    .hasMessageStartingWith("SOCKS5 proxy 127.0.0.1:")
                    .hasMessageContaining("WebSocket")
                    .hasMessageContaining("404")
                    .hasMessageEndingWith("; asked for a stream to example.com:443");
            assertThat(connector.pipelining().isPipelined())
                    .as("a layer says nothing about the proxy")
                    .isTrue();
        }
    }

    /** The stream is there before WebSocket's handshake, and whoever reads it by turns has asked before it. */
    @Test
    void earlyData_carriesTheConversation_andTheAnswersAreRead() throws Exception {
        try (var proxy = new ScriptedProxy(talk -> talk.expect("05 01 00")
                .send("05 00")
                .expect(CONNECT)
                .send(GRANTED + "78")
                .drain())) {
            Map<String, Object> way = Map.of("websocket.path", "/?ed=2048");
            InetSocketAddress server = rig.serve(way, new WebSocketLayer());
            rig.service(stream -> Bridge.between(stream, proxy.address()));
            Map<String, Object> properties = new HashMap<>(OutboundFixture.properties(server));
            properties.putAll(way);
            try (var connector = new ProxyConnector(
                    ServerChain.of(properties, loops, () -> egress, new Layers(null, new WebSocketLayer(), null)),
                    Optional.empty(),
                    loops,
                    new Pipelining(Pipelining.Mode.OFF))) {
                ByteStream stream = stream(connector);
                Reader.on(stream).expect("x");
                stream.reset();
            }
        }
    }

    /** The layers are the control connection's. */
    @ParameterizedTest
    @MethodSource("layers")
    void datagrams_goPlainToTheRelay_andEndWithTheControlConnection(StreamLayer layer) throws Exception {
        InetSocketAddress dns = new InetSocketAddress("192.0.2.1", 53);
        try (DatagramSocket relay = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
                var proxy = new ScriptedProxy(talk -> {
                    talk.expect("05 01 00").send("05 00").expect("05 03 00 01 00000000 0000");
                    talk.send("05 00 00 01 00000000 %04X".formatted(relay.getLocalPort()))
                            .expect("AA");
                });
                var connector = over(layer, proxy, Pipelining.Mode.OFF)) {
            OpenRequest request = request(Network.UDP, dns);
            DatagramPort port = request.eventLoop()
                    .submit(() -> connector.openDatagrams(request))
                    .sync()
                    .getNow()
                    .sync()
                    .getNow();
            port.eventLoop()
                    .submit(() -> {
                        port.send(Unpooled.copiedBuffer(new byte[] {7}), 0, dns);
                        port.flush();
                    })
                    .sync();
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            relay.setSoTimeout((int) LONG.toMillis());
            relay.receive(packet);
            assertThat(packet.getLength()).isEqualTo(11);
            assertThat(port.closed().isDone()).isFalse();
            proxy.talks.getFirst().socket.close();
            assertThat(port.closed().sync().getNow()).isEqualTo(CloseReason.REMOTE_ABORTED);
        }
    }
}

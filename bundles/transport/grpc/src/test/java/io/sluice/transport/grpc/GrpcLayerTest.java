package io.sluice.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.StreamDialer;
import io.sluice.testkit.layer.Conversation;
import io.sluice.testkit.layer.LayerRig;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both halves over the loopback. */
class GrpcLayerTest {

    private final GrpcLayer layer = new GrpcLayer();
    private final LayerRig rig = new LayerRig();

    @AfterEach
    void close() {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void octetsAndEnds_passBothWays(boolean multi) throws Exception {
        InetSocketAddress server = rig.serve(Map.of("grpc.serviceName", "Gun"), layer);
        Conversation client = rig.open(
                rig.dialer(server, "g.test", Map.of("grpc.serviceName", "Gun", "grpc.multiMode", multi), layer));
        byte[] sent = new byte[5 << 20];
        new Random(11).nextBytes(sent);

        client.write(sent);
        client.shutdownOutput();

        assertThat(client.await(sent.length)).isEqualTo(sent);
        client.awaitEnd();
        assertThat(rig.arrivals().getFirst().path()).contains(multi ? "/Gun/TunMulti" : "/Gun/Tun");
    }

    @Test
    void streamsOfOneLoop_shareAConnection() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        InetSocketAddress server = rig.serve(Map.of(), layer);
        StreamDialer sockets = rig.dialer(server, "g.test", Map.of());
        StreamDialer dialer = layer.dialer(
                new StreamDialer() {
                    @Override
                    public io.netty.util.concurrent.Future<io.sluice.api.flow.ByteStream> dial(
                            io.sluice.api.transport.DialRequest request) {
                        connections.incrementAndGet();
                        return sockets.dial(request);
                    }

                    @Override
                    public void close() {}
                },
                new io.sluice.api.transport.LayerSettings("w", server, "grpc", Map.of()));
        List<Conversation> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(rig.open(dialer));
            clients.getLast().write("stream " + i);
        }
        for (int i = 0; i < clients.size(); i++) {
            assertThat(clients.get(i).awaitText("stream " + i)).isEqualTo("stream " + i);
        }
        assertThat(connections).as("there are two loops").hasValue(2);
    }

    @Test
    void streamThatIsNotRead_doesNotHoldUpTheOthers() throws Exception {
        InetSocketAddress server = rig.serve(Map.of(), layer);
        StreamDialer dialer = rig.dialer(server, "g.test", Map.of(), layer);
        List<Conversation> stuck = List.of(rig.open(dialer), rig.open(dialer));
        stuck.forEach(c -> c.stream().channel().config().setAutoRead(false));
        stuck.forEach(c -> c.write(new byte[8 << 20]));
        for (int i = 0; i < 4; i++) {
            Conversation other = rig.open(dialer);
            other.write(new byte[1 << 20]);
            other.await(1 << 20);
        }
        stuck.forEach(c -> c.stream().channel().config().setAutoRead(true));
        stuck.forEach(c -> c.await(8 << 20));
    }

    @Test
    void manyResetsAndEmptyWrites_leaveTheConnectionAlone() throws Exception {
        StreamDialer dialer = rig.dialer(rig.serve(Map.of(), layer), "g.test", Map.of(), layer);
        Conversation steady = rig.open(dialer);
        for (int i = 0; i < 10; i++) {
            steady.write(new byte[0]);
        }
        for (int i = 0; i < 500; i++) {
            Conversation brief = rig.open(dialer);
            brief.write("x");
            brief.await(1);
            brief.reset();
        }
        steady.write("still here");
        assertThat(steady.awaitText("still here")).isEqualTo("still here");
    }

    @Test
    void reset_isAnAbort_notAnOrderlyEnd() throws Exception {
        java.util.concurrent.CompletableFuture<Conversation> far = new java.util.concurrent.CompletableFuture<>();
        rig.service(stream -> far.complete(Conversation.over(stream)));
        Conversation client = rig.open(rig.dialer(rig.serve(Map.of(), layer), "g.test", Map.of(), layer));
        client.write("x");
        Conversation server = far.get(30, java.util.concurrent.TimeUnit.SECONDS);
        server.awaitText("x");

        client.reset();

        assertThat(server.awaitFailure()).hasMessageContaining("reset the call");
        assertThat(server.hasEnded()).isFalse();
    }

    @Test
    void wrongService_isToldByTheChannel() throws Exception {
        InetSocketAddress server = rig.serve(Map.of("grpc.serviceName", "Right"), layer);
        Conversation client = rig.open(rig.dialer(server, "g.test", Map.of("grpc.serviceName", "Wrong"), layer));
        assertThat(client.awaitFailure())
                .isInstanceOf(ConnectException.class)
                .hasMessage("gRPC with g.test:" + server.getPort()
                        + " failed: the server ended the call with grpc-status 12");
    }

    @Test
    void serviceNames_areXrays() {
        assertThat(Method.of("Gun")).isEqualTo(new Method("/Gun/Tun", "/Gun/TunMulti"));
        assertThat(Method.of("a b/c")).isEqualTo(new Method("/a%20b%2Fc/Tun", "/a%20b%2Fc/TunMulti"));
        assertThat(Method.of("/my/path/one|two")).isEqualTo(new Method("/my/path/one", "/my/path/two"));
    }

    @Test
    void messages_areReadWhereverTheyAreCut() throws Exception {
        // Hunk "hi"; an empty message; MultiHunk "a", "", "bc"
        byte[] wire = HexFormat.of().parseHex("00000000040a026869" + "0000000000" + "00000000090a01610a000a026263");
        for (int cut = 0; cut <= wire.length; cut++) {
            MessageReader reader = new MessageReader();
            StringBuilder got = new StringBuilder();
            for (ByteBuf part :
                    List.of(Unpooled.copiedBuffer(wire, 0, cut), Unpooled.copiedBuffer(wire, cut, wire.length - cut))) {
                reader.read(part, p -> {
                    got.append(p.toString(java.nio.charset.StandardCharsets.US_ASCII));
                    p.release();
                });
                part.release();
            }
            assertThat(got).hasToString("hiabc");
            assertThat(reader.isBetweenMessages()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01",
                "0000000002" + "1200",
                "0000000002" + "0a05",
                "0000000003" + "0a8080",
                "00ffffffff" + "0affffffffff"
            })
    void malformedMessages_areRefused(String hex) {
        MessageReader reader = new MessageReader();
        ByteBuf wire = Unpooled.copiedBuffer(HexFormat.of().parseHex(hex));
        assertThatThrownBy(() -> reader.read(wire, ByteBuf::release)).isInstanceOf(MessageReader.Malformed.class);
        wire.release();
    }

    @Test
    void anythingAtAll_isReadOrRefused_withoutGathering() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] octets = new byte[random.nextInt(64)];
            random.nextBytes(octets);
            if (octets.length > 6) {
                octets[0] = 0;
                octets[1] = 0;
                octets[2] = 0;
                octets[5] = 0x0a;
            }
            ByteBuf wire = Unpooled.wrappedBuffer(octets);
            try {
                new MessageReader().read(wire, ByteBuf::release);
            } catch (MessageReader.Malformed e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
            wire.release();
        }
    }
}

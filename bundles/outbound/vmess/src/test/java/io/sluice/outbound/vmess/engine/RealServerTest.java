package io.sluice.outbound.vmess.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.loop.NettyEventLoops;
import io.sluice.proxycodec.vmess.Security;
import io.sluice.proxycodec.vmess.VmessClient;
import io.sluice.proxycodec.vmess.VmessId;
import io.sluice.testkit.peer.EchoHost;
import io.sluice.testkit.peer.PeerProgram;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our client against servers that others wrote. */
class RealServerTest {

    private static final String ID = "b831381d-6324-4d53-ad4f-8cda48b30811";
    private static final RandomGenerator RANDOM = new SecureRandom();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int OCTETS = 4 << 20;

    private static NettyEventLoops loops;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(2);
    }

    @AfterAll
    static void close() throws InterruptedException {
        loops.close(Duration.ofSeconds(10));
    }

    private PeerProgram start(String program, int port) throws Exception {
        assumeTrue(PeerProgram.find(program).isPresent(), PeerProgram.absence(program));
        if (program.equals("sing-box")) {
            return PeerProgram.start(program, folder, """
                    { "inbounds": [ { "type": "vmess", "listen": "127.0.0.1", "listen_port": %d,
                        "users": [ { "name": "u", "uuid": "%s", "alterId": 0 } ] } ],
                      "outbounds": [ { "type": "direct" } ] }
                    """.formatted(port, ID), port, "run", "-c");
        }
        // Since 2026 Xray refuses private destinations of proxy clients unless told.
        String allow =
                program.equals("xray") ? ", \"settings\": { \"finalRules\": [ { \"action\": \"allow\" } ] }" : "";
        return PeerProgram.start(program, folder, """
                { "log": { "loglevel": "info" },
                  "inbounds": [ { "protocol": "vmess", "listen": "127.0.0.1", "port": %d,
                    "settings": { "clients": [ { "id": "%s", "alterId": 0 } ] } } ],
                  "outbounds": [ { "protocol": "freedom"%s } ] }
                """.formatted(port, ID, allow), port, "-c");
    }

    private static VmessConnector connector(int port, VmessClient client, boolean xudp, boolean finIsEnd) {
        return new VmessConnector(
                new PlainDialer(loops, new InetSocketAddress("127.0.0.1", port)), client, xudp, finIsEnd);
    }

    private static VmessClient client(String id, Security security, boolean sealedLength) {
        return new VmessClient(VmessId.of(id), security, sealedLength, InstantSource.system(), RANDOM);
    }

    private static OpenRequest request(Network network, InetSocketAddress to) {
        EventLoop loop = loops.next();
        FlowSource source =
                new FlowSource(network, "test", new InetSocketAddress("127.0.0.1", 1), to, Optional.empty());
        return new OpenRequest(1, source, to, loop, PATIENCE);
    }

    private static ByteStream stream(VmessConnector connector, InetSocketAddress to) throws Exception {
        OpenRequest request = request(Network.TCP, to);
        Future<ByteStream> opened = request.eventLoop()
                .submit(() -> connector.openStream(request))
                .sync()
                .getNow();
        return opened.sync().getNow();
    }

    @ParameterizedTest
    @CsvSource({
        "v2ray,AES_128_GCM,false",
        "v2ray,CHACHA20_POLY1305,false",
        "xray,AES_128_GCM,false",
        "xray,CHACHA20_POLY1305,true",
        "xray,AES_128_GCM,true",
        "sing-box,AES_128_GCM,false",
        "sing-box,CHACHA20_POLY1305,true",
    })
    void stream_comesBackWholeAndEndsInOrder(String program, Security security, boolean sealedLength) throws Exception {
        // Which is Xray's experiment NoTerminationSignal: sing-box has never known the signal.
        boolean finIsEnd = program.equals("sing-box");
        int port = PeerProgram.freePort();
        try (EchoHost host = new EchoHost(OCTETS);
                PeerProgram server = start(program, port);
                VmessConnector connector = connector(port, client(ID, security, sealedLength), true, finIsEnd)) {
            ByteStream stream = stream(connector, host.stream());
            Collector collector = Collector.on(stream);
            byte[] octets = new byte[OCTETS];
            RANDOM.nextBytes(octets);
            stream.channel().writeAndFlush(Unpooled.copiedBuffer(octets, 0, 1)).sync();
            stream.channel()
                    .writeAndFlush(Unpooled.copiedBuffer(octets, 1, OCTETS - 1))
                    .sync();
            collector.await(OCTETS);
            assertThat(collector.digest())
                    .isEqualTo(MessageDigest.getInstance("SHA-256").digest(octets));
            stream.channel()
                    .eventLoop()
                    .submit(stream::shutdownOutput)
                    .sync()
                    .getNow()
                    .sync();
            assertThat(collector.end(server)).isEqualTo("end");
            stream.channel().close().sync();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v2ray", "xray", "sing-box"})
    void wrongId_endsWithASentence(String program) throws Exception {
        int port = PeerProgram.freePort();
        try (EchoHost host = new EchoHost();
                PeerProgram server = start(program, port);
                VmessConnector connector = connector(
                        port,
                        client("00000000-0000-4000-8000-000000000000", Security.AES_128_GCM, false),
                        true,
                        false)) {
            ByteStream stream = stream(connector, host.stream());
            Collector collector = Collector.on(stream);
            // More than a server reads before it closes on a stranger.
            stream.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[8_000]));
            assertThat(collector.end(server)).isNotEqualTo("end");
            stream.reset();
        }
    }

    @ParameterizedTest
    @CsvSource({"v2ray,false", "xray,true", "xray,false", "sing-box,true", "sing-box,false"})
    void datagrams_reachManyPeersByOneAssociation(String program, boolean xudp) throws Exception {
        int port = PeerProgram.freePort();
        try (EchoHost one = new EchoHost();
                EchoHost other = new EchoHost();
                PeerProgram server = start(program, port);
                VmessConnector connector = connector(port, client(ID, Security.AES_128_GCM, false), xudp, false)) {
            OpenRequest request = request(Network.UDP, one.datagram());
            Future<DatagramPort> opened = request.eventLoop()
                    .submit(() -> connector.openDatagrams(request))
                    .sync()
                    .getNow();
            DatagramPort association = opened.sync().getNow();
            Datagrams received = new Datagrams();
            request.eventLoop().submit(() -> association.receiver(received)).sync();
            // Not above v2ray's buffers of 2,048 octets; sizes tell them apart.
            int[] sizes = {1, 1_200, 1_472, program.equals("v2ray") ? 1_900 : 8_000};
            Set<String> expected = new HashSet<>();
            for (EchoHost host : new EchoHost[] {one, other}) {
                for (int size : sizes) {
                    byte[] octets = new byte[size];
                    Arrays.fill(octets, (byte) size);
                    expected.add(host.datagram() + " " + size + " " + Arrays.hashCode(octets));
                    request.eventLoop()
                            .submit(() -> {
                                association.send(Unpooled.wrappedBuffer(octets), 0, host.datagram());
                                association.flush();
                            })
                            .sync();
                }
            }
            Set<String> got = new HashSet<>();
            while (!got.equals(expected)) {
                String next = received.seen.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertThat(next)
                        .as("of %s so far %s; %s", expected, got, server.said())
                        .isNotNull();
                got.add(next);
            }
            request.eventLoop()
                    .submit(() -> association.close(CloseReason.FINISHED))
                    .sync();
        }
    }

    /** What a stream brought. */
    private static final class Collector extends ChannelInboundHandlerAdapter {

        private final MessageDigest digest;
        private final CompletableFuture<String> end = new CompletableFuture<>();
        private final BlockingQueue<Integer> pieces = new LinkedBlockingQueue<>();

        Collector() throws Exception {
            digest = MessageDigest.getInstance("SHA-256");
        }

        static Collector on(ByteStream stream) throws Exception {
            Collector collector = new Collector();
            stream.channel()
                    .eventLoop()
                    .submit(() -> {
                        stream.channel().pipeline().addLast(collector);
                        stream.channel().config().setAutoRead(true);
                    })
                    .sync();
            return collector;
        }

        void await(int octets) throws Exception {
            for (int got = 0; got < octets; ) {
                Integer piece = pieces.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertThat(piece).as("after %d octets; %s", got, end).isNotNull();
                got += piece;
            }
        }

        byte[] digest() {
            return digest.digest();
        }

        String end(PeerProgram server) throws Exception {
            try {
                return end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (java.util.concurrent.TimeoutException e) {
                throw new AssertionError("no end; the server said: " + server.said(), e);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf octets = (ByteBuf) message;
            digest.update(ByteBufUtil.getBytes(octets));
            pieces.add(octets.readableBytes());
            octets.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                end.complete("end");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            end.complete(String.valueOf(cause.getMessage()));
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            end.complete("closed");
        }
    }

    /** What an association brought. */
    private static final class Datagrams implements DatagramReceiver {

        private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
            byte[] octets = ByteBufUtil.getBytes(payload);
            payload.release();
            seen.add(peer + " " + octets.length + " " + Arrays.hashCode(octets));
        }

        @Override
        public void batchComplete() {}
    }
}

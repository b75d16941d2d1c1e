package io.sluice.outbound.http.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.SecuredStream;
import io.sluice.api.transport.Security;
import io.sluice.api.transport.StreamDialer;
import io.sluice.testkit.layer.Conversation;
import io.sluice.testkit.layer.LayerRig;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CONNECT over HTTP/2, against a proxy in a test's hands. */
class Http2ConnectTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LayerRig rig = new LayerRig();
    private final Http2Proxy proxy = new Http2Proxy();
    private final HttpProxy http = new HttpProxy(
            chosen(rig.dialer(rig.listen(proxy::accept), "p.test", Map.of()), "h2"),
            "HTTP proxy p.test:1",
            "anna",
            "s3cret",
            List.of("X-A: b", "Proxy-Connection: keep-alive"));

    @AfterEach
    void close() {
        rig.close();
    }

    /** A connection on which TLS has chosen a protocol. */
    private record Chosen(ByteStream below, Security security) implements SecuredStream {

        @Override
        public Channel channel() {
            return below.channel();
        }

        @Override
        public ChannelFuture shutdownOutput() {
            return below.shutdownOutput();
        }

        @Override
        public void reset() {
            below.reset();
        }
    }

    private static StreamDialer chosen(StreamDialer sockets, String protocol) {
        Security security = new Security("TLSv1.3", "a", Optional.empty(), Optional.of(protocol));
        return new StreamDialer() {
            @Override
            public Future<ByteStream> dial(DialRequest request) {
                var result = request.eventLoop().<ByteStream>newPromise();
                sockets.dial(request).addListener((Future<ByteStream> done) -> {
                    if (done.isSuccess()) {
                        result.trySuccess(new Chosen(done.getNow(), security));
                    } else {
                        result.tryFailure(done.cause());
                    }
                });
                return result;
            }

            @Override
            public void close() {
                sockets.close();
            }
        };
    }

    private StreamDialer to(String host) {
        InetSocketAddress destination = InetSocketAddress.createUnresolved(host, 443);
        return new StreamDialer() {
            @Override
            public Future<ByteStream> dial(DialRequest request) {
                return http.openStream(new OpenRequest(
                        1,
                        new FlowSource(Network.TCP, "in", destination, destination, Optional.empty()),
                        destination,
                        request.eventLoop(),
                        request.remaining()));
            }

            @Override
            public void close() {}
        };
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void tunnels_shareAConnectionOfTheirLoop_andCarryEverythingBothWays() throws Exception {
        byte[] sent = new byte[3 << 20];
        new Random(5).nextBytes(sent);
        List<Conversation> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(rig.open(to("far.test")));
        }

        all.forEach(c -> c.write(sent));
        all.forEach(Conversation::shutdownOutput);

        for (Conversation one : all) {
            assertThat(one.await(sent.length)).isEqualTo(sent);
            one.awaitEnd();
        }
        assertThat(proxy.connections).as("the rig has two loops").hasSizeLessThanOrEqualTo(2);
        assertThat(proxy.requests).hasSize(8).containsOnly("CONNECT far.test:443 null null Basic YW5uYTpzM2NyZXQ= b");
        await("all are counted", () -> http.counters().snapshot().get("streamsOpened") == 8);
    }

    @ParameterizedTest
    @CsvSource({
        "407.test, PROXY_AUTH_FAILED, refused the configured user name and password",
        "403.test, POLICY_REJECTED, answered \"HTTP/2 403\"",
        "504.test, CONNECT_TIMEOUT, answered \"HTTP/2 504\"",
        "502.test, PROXY_FAILED, answered \"HTTP/2 502\"",
        "reset.test, PROXY_FAILED, 'the far side reset the tunnel, code 10'"
    })
    void refusal_isOneSentence_andTheConnectionGoesOn(String host, CloseReason reason, String words) throws Exception {
        Conversation steady = rig.open(to("far.test"));

        ConnectException refusal = rig.refused(to(host), PATIENCE);

        assertThat(refusal.reason()).isEqualTo(reason);
        assertThat(refusal)
                .hasMessageStartingWith("HTTP proxy p.test:1, asked for " + host + ":443, ")
                .hasMessageContaining(words);
        steady.write("still here");
        assertThat(steady.awaitText("still here")).isEqualTo("still here");
    }

    /** RFC 9113 §8.7. */
    @Test
    void requestThatWasNotLookedAt_isMadeOnceMore() throws Exception {
        Conversation client = rig.open(to("busy.test"));
        client.write("x");
        assertThat(client.awaitText("x")).isEqualTo("x");
        assertThat(proxy.requests).hasSize(2);

        ConnectException refusal = rig.refused(to("shut.test"), PATIENCE);
        assertThat(refusal).hasMessageContaining("the far side reset the tunnel, code 7");
        assertThat(proxy.requests).hasSize(4);
    }

    @Test
    void interimAnswer_isNotTheAnswer() throws Exception {
        Conversation client = rig.open(to("early.test"));

        client.write("x");

        assertThat(client.awaitText("x")).isEqualTo("x");
    }

    @Test
    void silence_isATimeout_andItsStreamIsReset() throws Exception {
        Conversation steady = rig.open(to("far.test"));

        ConnectException refusal = rig.refused(to("silence.test"), Duration.ofSeconds(1));

        assertThat(refusal.reason()).isEqualTo(CloseReason.CONNECT_TIMEOUT);
        assertThat(refusal.blame()).as("the proxy has answered a PING").isEqualTo(Blame.DESTINATION);
        await("the stream is reset", () -> proxy.resets.size() == 1);
        steady.write("still here");
        steady.awaitText("still here");
    }

    @Test
    void silenceOfTheWholeConnection_isTheProxys() throws Exception {
        ConnectException refusal = rig.refused(to("dead.test"), Duration.ofMillis(200));

        assertThat(refusal.reason()).isEqualTo(CloseReason.CONNECT_TIMEOUT);
        assertThat(refusal.blame()).isEqualTo(Blame.WAY);
    }

    @Test
    void abort_isAReset_andTheOthersGoOn() throws Exception {
        Conversation steady = rig.open(to("far.test"));
        Conversation brief = rig.open(to("far.test"));
        brief.write("x");
        brief.awaitText("x");

        brief.reset();

        await("the stream is reset", () -> proxy.resets.equals(List.of(8L))); // CANCEL, RFC 9113 §7
        steady.write("still here");
        steady.awaitText("still here");
    }

    @Test
    void lostConnection_endsItsTunnelsAsAborts() throws Exception {
        Conversation client = rig.open(to("cut.test"));

        assertThat(client.awaitFailure()).hasMessageContaining("the connection was closed within a tunnel");
    }

    @Test
    void streamThatIsNotRead_doesNotHoldUpTheOthers() throws Exception {
        List<Conversation> stuck = List.of(rig.open(to("far.test")), rig.open(to("far.test")));
        stuck.forEach(c -> c.stream().channel().config().setAutoRead(false));
        stuck.forEach(c -> c.write(new byte[4 << 20]));

        for (int i = 0; i < 4; i++) {
            Conversation other = rig.open(to("far.test"));
            other.write(new byte[1 << 20]);
            other.await(1 << 20);
        }

        stuck.forEach(c -> c.stream().channel().config().setAutoRead(true));
        stuck.forEach(c -> c.await(4 << 20));
    }

    @Test
    void goAway_newTunnelsTakeAnotherConnection_andTheOldOnesGoOn() throws Exception {
        List<Conversation> old = List.of(rig.open(to("far.test")), rig.open(to("far.test")));
        List<Channel> before = List.copyOf(proxy.connections);
        for (Channel connection : before) {
            connection
                    .eventLoop()
                    .execute(() -> connection.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR)));
        }
        for (Conversation one : old) {
            one.write("drained");
            one.awaitText("drained"); // the echo is behind GOAWAY
        }

        List<Conversation> fresh = List.of(rig.open(to("far.test")), rig.open(to("far.test")));

        fresh.forEach(c -> c.write("new"));
        fresh.forEach(c -> c.awaitText("new"));
        assertThat(proxy.connections.size()).isGreaterThan(before.size());
        old.forEach(Conversation::shutdownOutput);
        old.forEach(Conversation::awaitEnd);
        await("the old connections are closed", () -> before.stream().noneMatch(Channel::isOpen));
    }

    @Test
    void proxyThatChoosesHttp1_isSpokenToSo() throws Exception {
        List<String> heads = new CopyOnWriteArrayList<>();
        HttpProxy older = new HttpProxy(
                chosen(
                        rig.dialer(
                                rig.listen(stream -> {
                                    stream.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
                                        @Override
                                        public void channelRead(ChannelHandlerContext ctx, Object message) {
                                            var octets = (ByteBuf) message;
                                            heads.add(octets.toString(StandardCharsets.US_ASCII));
                                            octets.release();
                                            ctx.writeAndFlush(Unpooled.copiedBuffer(
                                                    "HTTP/1.1 200 OK\r\n\r\n", StandardCharsets.US_ASCII));
                                        }
                                    });
                                    stream.channel().config().setAutoRead(true);
                                }),
                                "p.test",
                                Map.of()),
                        "http/1.1"),
                "HTTP proxy p.test:1",
                "",
                "",
                List.of());
        List<Future<ByteStream>> opening = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            InetSocketAddress destination = InetSocketAddress.createUnresolved("far" + i + ".test", 443);
            opening.add(rig.dial(
                    new StreamDialer() {
                        @Override
                        public Future<ByteStream> dial(DialRequest request) {
                            return older.openStream(new OpenRequest(
                                    1,
                                    new FlowSource(Network.TCP, "in", destination, destination, Optional.empty()),
                                    destination,
                                    request.eventLoop(),
                                    request.remaining()));
                        }

                        @Override
                        public void close() {}
                    },
                    PATIENCE,
                    done -> {}));
        }
        for (Future<ByteStream> one : opening) {
            assertThat(one.sync().getNow().channel().isActive()).isTrue();
        }
        assertThat(heads).hasSize(4).allMatch(h -> h.startsWith("CONNECT far"));
    }
}

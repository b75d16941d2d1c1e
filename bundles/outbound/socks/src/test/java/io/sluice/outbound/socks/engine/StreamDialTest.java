package io.sluice.outbound.socks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.loop.TcpOptions;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.loop.NettyEventLoops;
import io.sluice.outbound.socks.engine.OutboundFixture.Reader;
import io.sluice.testkit.peer.TinyNameServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StreamDialTest {

    private static final String CONNECT = "05 01 00 03 0B 6578616D706C652E636F6D 01BB";
    private static final String CREDENTIALS = "01 05 616C696365 06 736563726574";
    private static final String GRANTED = "05 00 00 01 00000000 0000";
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static NettyEventLoops loops;

    @BeforeAll
    static void open() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        loops = NettyEventLoops.open(2);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void stepwise_noAuth_opensAndRelays_earlyBytesAndFinIncluded() throws Exception {
        try (var proxy = new ScriptedProxy(talk -> {
                    talk.expect("05 01 00").send("05 00").expect(CONNECT).send(GRANTED + "68656C6C6F");
                    talk.socket.shutdownOutput();
                    talk.expect("41").drain();
                });
                var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.OFF)) {
            ByteStream stream = outbound.open(OutboundFixture.WEB);
            Reader.on(stream).expect("hello<FIN>");
            stream.channel()
                    .writeAndFlush(io.netty.buffer.Unpooled.wrappedBuffer(new byte[] {0x41}))
                    .sync();
            stream.shutdownOutput().sync();
            assertThat(stream).isEqualTo(loops.stream((SocketChannel) stream.channel()));
            assertThat(stream.channel().config().getOption(ChannelOption.SO_KEEPALIVE))
                    .as("a proxy that vanishes is noticed")
                    .isTrue();
            assertThat(stream.channel().config().getOption(EpollChannelOption.TCP_KEEPIDLE))
                    .isEqualTo(TcpOptions.KEEP_ALIVE.keepAliveIdle());

            assertThat(proxy.faults).isEmpty();
            assertThat(outbound.egress.bound).hasSize(1).first().asString().endsWith("/127.0.0.1");
            assertThat(outbound.egress.own).containsExactly((InetSocketAddress)
                    proxy.talks.getFirst().socket.getRemoteSocketAddress());
            assertThat(outbound.count("streamsOpened")).isOne();
        }
    }

    /** A read of 64 KiB, Netty's greatest, tells the proxy four times as often that there is room as other outbounds do. */
    @Test
    void download_readInPiecesBeyond64KiB() throws Exception {
        int total = 64 << 20;
        try (var proxy = new ScriptedProxy(talk -> {
                    talk.expect("05 01 00").send("05 00").expect(CONNECT).send(GRANTED);
                    byte[] piece = new byte[1 << 20];
                    for (int sent = 0; sent < total; sent += piece.length) {
                        talk.socket.getOutputStream().write(piece);
                    }
                    talk.drain();
                });
                var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.OFF)) {
            ByteStream stream = outbound.open(OutboundFixture.WEB);
            AtomicInteger greatest = new AtomicInteger();
            CountDownLatch whole = new CountDownLatch(1);
            stream.channel().pipeline().addLast(new SimpleChannelInboundHandler<ByteBuf>() {
                private int received;

                @Override
                protected void channelRead0(ChannelHandlerContext context, ByteBuf octets) {
                    greatest.accumulateAndGet(octets.readableBytes(), Math::max);
                    received += octets.readableBytes();
                    if (received == total) {
                        whole.countDown();
                    }
                }
            });
            stream.channel().config().setAutoRead(true);
            assertThat(whole.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(greatest.get()).isGreaterThan(64 * 1024);
            stream.channel().close().sync();
        }
    }

    @Test
    void stepwise_credentials_areSentOnlyWhenAskedFor() throws Exception {
        for (boolean asks : new boolean[] {true, false}) {
            try (var proxy = new ScriptedProxy(talk -> {
                        talk.expect("05 02 00 02");
                        if (asks) {
                            talk.send("05 02").expect(CREDENTIALS).send("01 00");
                        } else {
                            talk.send("05 00");
                        }
                        talk.expect(CONNECT).send(GRANTED).drain();
                    });
                    var outbound =
                            new OutboundFixture(loops, proxy.address(), Pipelining.Mode.OFF, "alice", "secret")) {
                outbound.open(OutboundFixture.WEB).channel().close().sync();
                assertThat(proxy.faults).isEmpty();
            }
        }
    }

    /** On a loopback address of IPv4; a name server says that it has others, which come first. */
    private static ScriptedProxy willing() throws IOException {
        return new ScriptedProxy(talk -> talk.expect("05 01 00")
                .send("05 00")
                .expect(CONNECT)
                .send(GRANTED)
                .drain());
    }

    private static OutboundFixture named(ScriptedProxy proxy, TinyNameServer names) {
        return new OutboundFixture(
                loops,
                InetSocketAddress.createUnresolved(
                        "proxy.example", proxy.address().getPort()),
                Pipelining.Mode.OFF,
                List.of(names.address()));
    }

    @Test
    void addressOfNoUse_theNextIsTried() throws Exception {
        try (var names = new TinyNameServer(false, "::1", "127.0.0.1");
                var proxy = willing();
                var outbound = named(proxy, names)) {
            outbound.open(OutboundFixture.WEB).channel().close().sync();
            assertThat(outbound.egress.bound.stream().filter(b -> b.startsWith("EpollSocketChannel")))
                    .as("refused by the one of IPv6, granted by the other")
                    .hasSize(2);
            outbound.open(OutboundFixture.WEB).channel().close().sync();
            assertThat(outbound.egress.bound.stream().filter(b -> b.startsWith("EpollSocketChannel")))
                    .as("the one that stood comes first")
                    .hasSize(3)
                    .last()
                    .asString()
                    .endsWith("/127.0.0.1");
            assertThat(proxy.faults).isEmpty();
            assertThat(outbound.count("streamsFailed")).isZero();
        }
    }

    @Test
    void addressThatIsSilent_theNextIsTriedBesideIt() throws Exception {
        try (var names = new TinyNameServer(false, "127.0.0.2", "127.0.0.1");
                var proxy = willing();
                var full = new ServerSocket(proxy.address().getPort(), 1, InetAddress.getByName("127.0.0.2"));
                var outbound = named(proxy, names)) {
            // Nobody accepts, so the kernel drops the SYN of every other.
            List<java.nio.channels.SocketChannel> waiting = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                var one = java.nio.channels.SocketChannel.open();
                one.configureBlocking(false);
                one.connect(full.getLocalSocketAddress());
                waiting.add(one);
            }
            outbound.open(OutboundFixture.WEB).channel().close().sync();
            assertThat(outbound.egress.bound.stream().filter(b -> b.startsWith("EpollSocketChannel")))
                    .containsExactly(
                            "EpollSocketChannel proxy.example/127.0.0.2", "EpollSocketChannel proxy.example/127.0.0.1");
            for (var one : waiting) {
                one.close();
            }
        }
    }

    @Test
    void noAddressIsOfUse_theMostTellingFailureIsSaid() throws Exception {
        int closed;
        try (var socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        try (var names = new TinyNameServer(false, "::1", "127.0.0.1");
                var outbound = new OutboundFixture(
                        loops,
                        InetSocketAddress.createUnresolved("proxy.example", closed),
                        Pipelining.Mode.OFF,
                        List.of(names.address()))) {
            outbound.egress.hasIpv6 = false;
            ConnectException failure = outbound.failure(OutboundFixture.WEB, LONG);
            assertThat(failure.reason()).isEqualTo(CloseReason.CONNECT_REFUSED);
        }
    }

    @Test
    void pipelined_everythingComesBeforeAnyAnswer() throws Exception {
        try (var proxy = new ScriptedProxy(talk -> talk.expect("05 01 02" + CREDENTIALS + CONNECT)
                        .send("05 02 01 00" + GRANTED + "78")
                        .drain());
                var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.ON, "alice", "secret")) {
            ByteStream stream = outbound.open(OutboundFixture.WEB);
            Reader.on(stream).expect("x");
            assertThat(proxy.faults).isEmpty();
            stream.reset();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Pipelining.Mode.class,
            names = {"ON", "OFF"})
    void answers_oneOctetAtATime_areTheSame(Pipelining.Mode mode) throws Exception {
        try (var proxy = new ScriptedProxy(talk -> {
                    talk.expect("05 01 00");
                    for (String octet : "05 00".split(" ")) {
                        talk.send(octet);
                    }
                    talk.expect(CONNECT);
                    for (String octet : "05 00 00 03 03 61 2E 62 01 BB 68 69".split(" ")) {
                        talk.send(octet);
                    }
                    talk.drain();
                });
                var outbound = new OutboundFixture(loops, proxy.address(), mode)) {
            ByteStream stream = outbound.open(OutboundFixture.WEB);
            Reader.on(stream).expect("hi");
            stream.channel().close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "01, PROXY_FAILED, general SOCKS server failure",
        "02, POLICY_REJECTED, not allowed",
        "03, UNREACHABLE, network unreachable",
        "04, UNREACHABLE, host unreachable",
        "05, CONNECT_REFUSED, refused",
        "06, CONNECT_TIMEOUT, TTL expired",
        "07, OUTBOUND_UNSUPPORTED, command not supported",
        "08, OUTBOUND_UNSUPPORTED, address type not supported",
        "09, PROXY_FAILED, replied 09",
        "FF, PROXY_FAILED, replied FF"
    })
    void reply_refuses_isTheFlowsReason_evenIfCutShort(String code, CloseReason reason, String words) throws Exception {
        for (String reply : List.of("05 " + code + " 00 01 00000000 0000", "05 " + code)) {
            try (var proxy = new ScriptedProxy(talk -> talk.expect("05 01 00")
                            .send("05 00")
                            .expect(CONNECT)
                            .send(reply));
                    var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.OFF)) {
                ConnectException failure = outbound.failure(OutboundFixture.WEB, LONG);

                assertThat(failure.reason()).isEqualTo(reason);
                assertThat(failure.blame()).isEqualTo(Blame.DESTINATION);
                assertThat(failure)
                        .hasMessageContaining(words)
                        .hasMessageContaining("127.0.0.1:" + proxy.address().getPort())
                        .hasMessageContaining("example.com:443");
                assertThat(outbound.count("streamsFailed")).isOne();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "05 FF, PROXY_AUTH_FAILED, takes neither",
        "05 02 01 01, PROXY_AUTH_FAILED, refused the configured user name",
        "05 01, PROXY_FAILED, was not offered",
        "04 00, PROXY_FAILED, does not speak SOCKS5",
        "48 54 54 50, PROXY_FAILED, does not speak SOCKS5",
        "05 02 05 00, PROXY_FAILED, does not speak SOCKS5",
        "05, PROXY_FAILED, closed the connection while waiting for the proxy's choice",
        "05 02, PROXY_FAILED, closed the connection while waiting for the proxy to check",
        "05 02 01 00 05, PROXY_FAILED, closed the connection while waiting for the proxy's reply",
        "05 02 01 00 05 00 00 09, PROXY_FAILED, does not speak SOCKS5"
    })
    void wrongAnswer_namesThePhase_andNeverTheCredentials(String answers, CloseReason reason, String words)
            throws Exception {
        for (Pipelining.Mode mode : List.of(Pipelining.Mode.ON, Pipelining.Mode.OFF)) {
            try (var proxy = new ScriptedProxy(talk -> {
                        talk.send(answers);
                        talk.socket.shutdownOutput();
                        talk.drain();
                    });
                    var outbound = new OutboundFixture(loops, proxy.address(), mode, "alice", "secret")) {
                ConnectException failure = outbound.failure(OutboundFixture.WEB, LONG);

                assertThat(failure.reason()).isEqualTo(reason);
                assertThat(failure.blame())
                        .isEqualTo(words.endsWith("the proxy's reply") ? Blame.DESTINATION : Blame.WAY);
                assertThat(failure).hasMessageContaining(words);
                assertThat(failure.getMessage()).doesNotContain("alice", "secret");
            }
        }
    }

    @Test
    void proxyWantsCredentials_noneConfigured_saysWhatToDo() throws Exception {
        try (var proxy = new ScriptedProxy(talk -> talk.expect("05 01 00").send("05 FF"));
                var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.OFF)) {
            assertThat(outbound.failure(OutboundFixture.WEB, LONG))
                    .hasMessageContaining("wants credentials")
                    .hasMessageContaining("set user and password");
        }
    }

    @ParameterizedTest
    @CsvSource({"'', choice of method", "05 02, check the credentials", "05 02 01 00, reply", "05 02 01 00 05, reply"})
    void silentProxy_timesOut_namingThePhase(String answers, String words) throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        try (var proxy = new ScriptedProxy(talk -> {
                    talk.send(answers);
                    talk.drain();
                    gone.countDown();
                });
                var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.OFF, "alice", "secret")) {
            // A slow machine is still in an earlier phase when a short time is over: it gets more.
            Duration limit = SHORT;
            ConnectException failure = outbound.failure(OutboundFixture.WEB, limit);
            while (!failure.getMessage().contains(words) && limit.compareTo(LONG) < 0) {
                limit = limit.multipliedBy(5);
                failure = outbound.failure(OutboundFixture.WEB, limit);
            }
            assertThat(failure.reason()).isEqualTo(CloseReason.CONNECT_TIMEOUT);
            assertThat(failure.blame()).isEqualTo(words.equals("reply") ? Blame.DESTINATION : Blame.WAY);
            assertThat(failure).hasMessageContaining(limit.toMillis() + " ms").hasMessageContaining(words);
            gone.await();
        }
    }

    @Test
    void nobodyListens_isConnectRefused() throws Exception {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = unused.getLocalPort();
        }
        try (var outbound = new OutboundFixture(loops, new InetSocketAddress("127.0.0.1", port), Pipelining.Mode.OFF)) {
            ConnectException failure = outbound.failure(OutboundFixture.WEB, LONG);
            assertThat(failure.reason()).isEqualTo(CloseReason.CONNECT_REFUSED);
            assertThat(failure.blame()).isEqualTo(Blame.WAY);
            assertThat(failure).hasMessageContaining("cannot be reached: connecting to");
        }
    }

    @Test
    void egressAbsentOrWithoutInterface_failsClosed() throws Exception {
        try (var proxy = new ScriptedProxy(ScriptedProxy.Talk::drain);
                var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.OFF)) {
            outbound.egressThere = false;
            assertThat(outbound.failure(OutboundFixture.WEB, LONG).reason()).isEqualTo(CloseReason.EGRESS_UNAVAILABLE);
            outbound.egressThere = true;
            outbound.egress.refuses = true;
            assertThat(outbound.failure(OutboundFixture.WEB, LONG))
                    .hasMessageContaining("no interface to send by")
                    .extracting("reason")
                    .isEqualTo(CloseReason.EGRESS_UNAVAILABLE);
            assertThat(proxy.talks).as("connections that reached the proxy").isEmpty();
        }
    }

    @Test
    void proxyByName_isLookedUpOnSocketsThatEgressBound() throws Exception {
        InetSocketAddress named = InetSocketAddress.createUnresolved("proxy.invalid", 1080);
        try (var outbound = new OutboundFixture(loops, named, Pipelining.Mode.OFF)) {
            ConnectException failure = outbound.failure(OutboundFixture.WEB, Duration.ofSeconds(2));
            // RFC 6761 §6.4: no such name ever; a machine without a name server gives no answer at all.
            assertThat(failure.reason()).isIn(CloseReason.RESOLVE_FAILED, CloseReason.CONNECT_TIMEOUT);
            assertThat(failure).hasMessageContaining("proxy.invalid:1080").hasMessageContaining("name");
            assertThat(outbound.egress.bound).isNotEmpty().allMatch(one -> one.contains("DatagramChannel"));
        }
        InetSocketAddress local;
        try (var proxy = new ScriptedProxy(talk -> talk.expect("05 01 00")
                .send("05 00")
                .expect(CONNECT)
                .send(GRANTED)
                .drain())) {
            local = InetSocketAddress.createUnresolved(
                    "localhost", proxy.address().getPort());
            try (var outbound = new OutboundFixture(loops, local, Pipelining.Mode.OFF)) {
                outbound.open(OutboundFixture.WEB).reset();
            }
        }
    }

    @Test
    void cancelled_closesTheConnection() throws Exception {
        CountDownLatch greeted = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        try (var proxy = new ScriptedProxy(talk -> {
                    talk.expect("05 01 00");
                    greeted.countDown();
                    talk.drain();
                    gone.countDown();
                });
                var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.OFF)) {
            Future<ByteStream> opening = outbound.stream(OutboundFixture.WEB, LONG);
            greeted.await();
            opening.cancel(false);
            gone.await();
        }
    }

    @Test
    void nameThatCannotBeCarried_isRefusedBeforeAnythingIsDialled() throws Exception {
        try (var proxy = new ScriptedProxy(ScriptedProxy.Talk::drain);
                var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.OFF)) {
            InetSocketAddress tooLong = InetSocketAddress.createUnresolved("a".repeat(256), 80);
            assertThat(outbound.failure(tooLong, LONG).reason()).isEqualTo(CloseReason.RESOLVE_FAILED);
            assertThat(proxy.talks).isEmpty();
        }
    }

    @Test
    void auto_startsStepwise_andGoesOverToPipelining_whenTheProxyAnswersTheProbe() throws Exception {
        try (var proxy = new ScriptedProxy(talk -> {
                    talk.expect("05 01 00").send("05 00").expect("05");
                    boolean probe = talk.socket.getInputStream().read() == 3;
                    talk.expect(probe ? "00 01 00000000 0000" : CONNECT.substring(6));
                    talk.send(probe ? "05 07 00 01 00000000 0000" : GRANTED).drain();
                });
                var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.AUTO)) {
            assertThat(outbound.connector.pipelining().isPipelined()).isFalse();
            outbound.open(OutboundFixture.WEB).channel().close().sync();
            awaitPipelined(outbound, true);
            outbound.open(OutboundFixture.WEB).channel().close().sync();
            assertThat(proxy.faults).isEmpty();
            assertThat(proxy.talks).hasSize(3);
        }
    }

    @Test
    void auto_staysStepwise_whenTheProxyLosesWhatComesBehindTheGreeting() throws Exception {
        try (var proxy = new ScriptedProxy(talk -> {
                    byte[] first = new byte[1024];
                    int length = talk.socket.getInputStream().read(first);
                    talk.send("05 00");
                    if (length > 3) {
                        talk.socket.shutdownOutput();
                        talk.drain();
                        return;
                    }
                    talk.expect(CONNECT).send(GRANTED).drain();
                });
                var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.AUTO)) {
            for (int i = 0; i < 5; i++) {
                outbound.open(OutboundFixture.WEB).channel().close().sync();
                assertThat(outbound.connector.pipelining().isPipelined()).isFalse();
            }
            assertThat(outbound.count("streamsOpened")).isEqualTo(5);
            assertThat(outbound.count("streamsFailed")).isZero();
        }
    }

    private static void awaitPipelined(OutboundFixture outbound, boolean wanted) throws InterruptedException {
        long end = System.nanoTime() + LONG.toNanos();
        Object lock = new Object();
        while (outbound.connector.pipelining().isPipelined() != wanted) {
            assertThat(System.nanoTime()).as("still not pipelined=%s", wanted).isLessThan(end);
            synchronized (lock) {
                lock.wait(5);
            }
        }
    }

    @Test
    void randomAnswers_neverHang_andAlwaysEndWithAReason() throws Exception {
        Random random = new Random(0x5EED);
        try (var proxy = new ScriptedProxy(talk -> {
                    byte[] octets = new byte[random.nextInt(24)];
                    synchronized (random) {
                        random.nextBytes(octets);
                        if (octets.length > 4 && random.nextBoolean()) {
                            octets[0] = 5;
                            octets[1] = 0;
                            octets[2] = 5;
                        }
                    }
                    talk.socket.getOutputStream().write(octets);
                    talk.socket.shutdownOutput();
                    talk.drain();
                });
                var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.OFF)) {
            List<Future<ByteStream>> all = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                all.add(outbound.stream(OutboundFixture.WEB, LONG));
            }
            for (Future<ByteStream> one : all) {
                one.await();
                if (one.isSuccess()) {
                    one.getNow().reset();
                } else {
                    assertThat(one.cause()).isInstanceOf(ConnectException.class);
                    assertThat(one.cause()).hasMessageNotContaining("gave no answer");
                }
            }
        }
    }
}

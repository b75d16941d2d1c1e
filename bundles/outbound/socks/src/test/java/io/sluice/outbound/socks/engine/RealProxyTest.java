package io.sluice.outbound.socks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.loop.NettyEventLoops;
import io.sluice.outbound.socks.engine.OutboundFixture.Reader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against servers that others wrote. A server that is not installed is skipped, and the skip says so. */
class RealProxyTest {

    private static NettyEventLoops loops;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(2);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
    }

    private RealProxy.Running start(RealProxy proxy, boolean accounts) throws Exception {
        boolean there = proxy.find().isPresent();
        if (!there) {
            System.out.println("skipped: " + proxy.absence());
        }
        assumeTrue(there, proxy.absence());
        return proxy.start(folder, accounts);
    }

    private static void echoes(ByteStream stream, String text) throws Exception {
        Reader reader = Reader.on(stream);
        stream.channel()
                .writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1))
                .sync();
        reader.expect(text);
        stream.shutdownOutput().sync();
        reader.expect("<FIN>");
        stream.channel().close().sync();
    }

    private static InetSocketAddress named(InetSocketAddress address) {
        return InetSocketAddress.createUnresolved("localhost", address.getPort());
    }

    @ParameterizedTest
    @EnumSource
    void streams_byAddressAndName_withHalfClose_inEveryModeItKnows(RealProxy proxy) throws Exception {
        try (var running = start(proxy, false);
                var host = new EchoHost()) {
            for (Pipelining.Mode mode : Pipelining.Mode.values()) {
                if (mode == Pipelining.Mode.ON && !proxy.pipelines) {
                    continue;
                }
                try (var outbound = new OutboundFixture(loops, running.address(), mode)) {
                    for (int i = 0; i < 4; i++) {
                        echoes(outbound.open(host.stream()), "by address " + mode + i);
                        echoes(outbound.open(named(host.stream())), "by name " + mode + i);
                    }
                    assertThat(outbound.count("streamsFailed")).isZero();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void auto_findsOutWhatItCan(RealProxy proxy) throws Exception {
        try (var running = start(proxy, false);
                var host = new EchoHost();
                var outbound = new OutboundFixture(loops, running.address(), Pipelining.Mode.AUTO)) {
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            do {
                echoes(outbound.open(host.stream()), "hello");
            } while (!outbound.connector.pipelining().isSettled() && System.nanoTime() < end);
            System.out.println(
                    proxy + " pipelines: " + outbound.connector.pipelining().isPipelined());
            assertThat(outbound.connector.pipelining().isPipelined()).isEqualTo(proxy.pipelines);
        }
    }

    @ParameterizedTest
    @EnumSource
    void accounts_areChecked(RealProxy proxy) throws Exception {
        assumeTrue(proxy.knowsAccounts(), proxy + " takes accounts of the machine only");
        try (var running = start(proxy, true);
                var host = new EchoHost()) {
            for (Pipelining.Mode mode : Pipelining.Mode.values()) {
                if (mode == Pipelining.Mode.ON && !proxy.pipelines) {
                    continue;
                }
                try (var right = new OutboundFixture(loops, running.address(), mode, "alice", "secret");
                        var wrong = new OutboundFixture(loops, running.address(), mode, "alice", "wrong");
                        var none = new OutboundFixture(loops, running.address(), mode)) {
                    echoes(right.open(host.stream()), "hello");
                    Duration limit = Duration.ofSeconds(30);
                    assertThat(wrong.failure(host.stream(), limit).reason()).isEqualTo(CloseReason.PROXY_AUTH_FAILED);
                    assertThat(none.failure(host.stream(), limit).reason())
                            .isIn(CloseReason.PROXY_AUTH_FAILED, CloseReason.PROXY_FAILED);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusedByTheHost_isAReason(RealProxy proxy) throws Exception {
        int closed;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            closed = unused.getLocalPort();
        }
        try (var running = start(proxy, false);
                var outbound = new OutboundFixture(loops, running.address(), Pipelining.Mode.OFF)) {
            assertThat(outbound.failure(new InetSocketAddress("127.0.0.1", closed), Duration.ofSeconds(30))
                            .reason())
                    // hev says "general failure" or "host unreachable" for everything.
                    .isIn(CloseReason.CONNECT_REFUSED, CloseReason.PROXY_FAILED, CloseReason.UNREACHABLE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fiveHundredAtOnce(RealProxy proxy) throws Exception {
        try (var running = start(proxy, false);
                var host = new EchoHost();
                var outbound = new OutboundFixture(loops, running.address(), Pipelining.Mode.AUTO)) {
            List<Future<ByteStream>> opening = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                opening.add(outbound.stream(host.stream(), Duration.ofSeconds(60)));
            }
            int open = 0;
            for (Future<ByteStream> one : opening) {
                open += one.await().isSuccess() ? 1 : 0;
            }
            assertThat(open).as(() -> "first failure: " + firstFailure(opening)).isEqualTo(500);
            for (int i = 0; i < 500; i++) {
                if (i % 10 == 0) {
                    echoes(opening.get(i).getNow(), "number " + i);
                } else {
                    ByteStream stream = opening.get(i).getNow();
                    stream.channel().eventLoop().execute(stream::reset);
                }
            }
        }
    }

    private static String firstFailure(List<Future<ByteStream>> opening) {
        return opening.stream()
                .filter(one -> !one.isSuccess())
                .findFirst()
                .map(one -> one.cause().getMessage())
                .orElse("none");
    }

    @ParameterizedTest
    @EnumSource
    void datagrams_goThereAndBack(RealProxy proxy) throws Exception {
        assumeTrue(proxy.udp, proxy + " has no UDP ASSOCIATE");
        try (var running = start(proxy, false);
                var host = new EchoHost();
                var outbound = new OutboundFixture(loops, running.address(), Pipelining.Mode.OFF)) {
            Future<DatagramPort> opening = outbound.datagrams(host.datagram());
            assertThat(opening.isSuccess()).as(() -> "" + opening.cause()).isTrue();
            DatagramPort port = opening.getNow();
            BlockingQueue<String> seen = new LinkedBlockingQueue<>();
            port.eventLoop()
                    .execute(() -> port.receiver(new DatagramReceiver() {
                        @Override
                        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                            seen.add(payload.readableBytes() + " from " + Proxy.show(peer));
                            payload.release();
                        }

                        @Override
                        public void batchComplete() {
                            // Each is looked at by itself.
                        }
                    }));
            for (int size : new int[] {1, 512, 1_400}) {
                port.eventLoop().execute(() -> {
                    port.send(Unpooled.wrappedBuffer(new byte[size]), 0, host.datagram());
                    port.flush();
                });
                assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo(size + " from " + Proxy.show(host.datagram()));
            }
            running.close();
            assertThat(port.closed().await(30_000)).isTrue();
        }
    }
}

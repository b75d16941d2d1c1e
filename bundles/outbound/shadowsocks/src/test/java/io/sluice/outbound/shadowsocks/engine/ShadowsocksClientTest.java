package io.sluice.outbound.shadowsocks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.ConnectException;
import io.sluice.loop.NettyEventLoops;
import io.sluice.shadowsocks.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ours with ours, and what a stream does when the server is not there, or not right. */
class ShadowsocksClientTest {

    private static final InetSocketAddress FAR = InetSocketAddress.createUnresolved("example.org", 443);

    private static NettyEventLoops loops;

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(2);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(20))).isTrue();
    }

    private static OutboundFixture to(InetSocketAddress server, Method method) {
        return new OutboundFixture(loops, server, method, OutboundFixture.password(method, 1));
    }

    private static OurServer server(Method method) throws Exception {
        return new OurServer(loops, method, OutboundFixture.password(method, 1), Map.of());
    }

    @ParameterizedTest
    @EnumSource
    void streams_bothWaysAtOnce_withHalfClose(Method method) throws Exception {
        try (OurServer server = server(method);
                OutboundFixture outbound = to(server.address(), method)) {
            long bulk = 4L << 20;
            outbound.open(FAR).send(bulk, 1 << 20).awaitEcho(bulk).finish();
            outbound.open(FAR).send(2_000, 1).awaitEcho(2_000).finish();
            outbound.open(FAR).finish();
            for (int i = 0; i < 20; i++) {
                outbound.open(FAR).send(100, 100).awaitEcho(100).finish();
            }
            assertThat(outbound.count("streamsAnswered")).isEqualTo(22);
            assertThat(outbound.count("streamsOpened")).isEqualTo(23);
        }
    }

    @ParameterizedTest
    @EnumSource
    void datagrams_anySize_anyPeer(Method method) throws Exception {
        try (OurServer server = server(method);
                OutboundFixture outbound = to(server.address(), method)) {
            InetSocketAddress peer = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.3"), 53);
            DatagramPort port = outbound.datagrams(peer).sync().getNow();
            DatagramProbe probe = DatagramProbe.on(port);
            for (int size : new int[] {0, 1, 1_200, 1_472, 65_507 - 100}) {
                probe.send(DatagramProbe.payload(size), 0, peer);
                DatagramProbe.Received back = probe.next(30_000);
                assertThat(back.peer()).isEqualTo(peer);
                assertThat(Arrays.equals(back.payload(), DatagramProbe.payload(size)))
                        .as("%d octets", size)
                        .isTrue();
            }
            for (int i = 1; i <= 10; i++) {
                InetSocketAddress other = InetSocketAddress.createUnresolved("host-" + i, i);
                probe.send(DatagramProbe.payload(i), 0, other);
                assertThat(probe.next(30_000).peer()).isEqualTo(other);
            }
            probe.send(DatagramProbe.payload(20 * 1_000 + 1), 1_000, peer);
            for (int i = 0; i < 21; i++) {
                assertThat(probe.next(30_000).payload()).hasSize(i < 20 ? 1_000 : 1);
            }
            probe.send(DatagramProbe.payload(65_507), 0, peer);
            OutboundFixture.await(outbound.client::snapshot, () -> outbound.count("datagramsDropped") == 1);
            port.eventLoop().submit(() -> port.close(CloseReason.FINISHED)).sync();
            assertThat(port.closed().sync().getNow()).isEqualTo(CloseReason.FINISHED);
        }
    }

    @Test
    void abortBeyondTheServer_isAnAbort() throws Exception {
        Method method = Method.BLAKE3_AES_128_GCM;
        try (OurServer server = server(method);
                OutboundFixture outbound = to(server.address(), method)) {
            StreamProbe probe = outbound.open(FAR).send(1_000, 1_000).awaitEcho(1_000);
            server.last.channel().eventLoop().submit(() -> server.last.reset()).sync();
            OutboundFixture.await(probe::toString, () -> probe.fault != null);
            probe.close();
        }
    }

    @Test
    void wrongPassword_isSilence_whichIsNoticed() throws Exception {
        Method method = Method.BLAKE3_AES_256_GCM;
        try (OurServer server = server(method);
                OutboundFixture outbound =
                        new OutboundFixture(loops, server.address(), method, OutboundFixture.password(method, 2))) {
            for (int i = 0; i < AnswerWatch.SUSPICIOUS; i++) {
                StreamProbe probe = outbound.open(FAR).send(100, 100);
                probe.finish();
                assertThat(probe.received).isZero();
            }
            assertThat(server.counters.snapshot()).containsEntry("notGenuine", (long) AnswerWatch.SUSPICIOUS);
            OutboundFixture.await(
                    outbound.client::snapshot, () -> outbound.count("streamsUnanswered") == AnswerWatch.SUSPICIOUS);
        }
    }

    private static ConnectException failure(Future<?> future) throws InterruptedException {
        assertThat(future.await().isSuccess()).isFalse();
        return (ConnectException) future.cause();
    }

    @Test
    void closedPort_absentEgress_andUnsayableNames_areRefusedWithAReason() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (OutboundFixture outbound = to(new InetSocketAddress("127.0.0.1", port), Method.AES_256_GCM)) {
            ConnectException refused = failure(outbound.stream(FAR));
            assertThat(refused.reason()).isEqualTo(CloseReason.CONNECT_REFUSED);
            assertThat(refused.getMessage()).contains("127.0.0.1 port " + port);
            InetSocketAddress bad = InetSocketAddress.createUnresolved("with space", 1);
            assertThat(failure(outbound.stream(bad)).reason()).isEqualTo(CloseReason.RESOLVE_FAILED);
            assertThat(failure(outbound.datagrams(bad)).reason()).isEqualTo(CloseReason.RESOLVE_FAILED);
            outbound.egress = null;
            assertThat(failure(outbound.stream(FAR)).reason()).isEqualTo(CloseReason.EGRESS_UNAVAILABLE);
            assertThat(failure(outbound.datagrams(FAR)).reason()).isEqualTo(CloseReason.EGRESS_UNAVAILABLE);
            assertThat(outbound.count("streamsFailed")).isEqualTo(3);
            assertThat(outbound.count("associationsFailed")).isEqualTo(2);
        }
    }

    /** A server that cuts its answer, and one that answers nonsense. */
    @Test
    void cutOrForgedAnswer_isAnAbort() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                OutboundFixture outbound =
                        to((InetSocketAddress) server.getLocalSocketAddress(), Method.BLAKE3_AES_128_GCM)) {
            for (int length : new int[] {1, 30, 500}) {
                StreamProbe probe = outbound.open(FAR).send(100, 100);
                try (Socket socket = server.accept()) {
                    assertThat(socket.getInputStream().read(new byte[1_000])).isPositive();
                    socket.getOutputStream().write(new byte[length]);
                    socket.shutdownOutput();
                    OutboundFixture.await(probe::toString, () -> probe.fault != null);
                }
                assertThat(probe.fault)
                        .contains(length < 76 ? "in the middle of a chunk" : "does not decrypt")
                        .contains("shadowsocks 127.0.0.1:");
                assertThat(probe.received).isZero();
                probe.stream.channel().close().sync();
            }
        }
    }

    /** The request leaves by itself, so that servers may speak first. */
    @Test
    void silentClient_isNotWaitedForLong() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                OutboundFixture outbound = to((InetSocketAddress) server.getLocalSocketAddress(), Method.AES_128_GCM)) {
            StreamProbe probe = outbound.open(FAR);
            try (Socket socket = server.accept()) {
                socket.setSoTimeout(30_000);
                // Salt, length, and the address: 1 + 1 + 11 + 2.
                assertThat(socket.getInputStream().readNBytes(16 + 18 + 15 + 16))
                        .hasSize(65);
            }
            probe.stream.channel().close().sync();
        }
    }

    @Test
    void cancelledAttempt_leavesNothingOpen() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                OutboundFixture outbound = to((InetSocketAddress) server.getLocalSocketAddress(), Method.AES_128_GCM)) {
            Future<ByteStream> opening = outbound.stream(FAR);
            boolean early = opening.cancel(false);
            try (Socket socket = server.accept()) {
                if (!early) {
                    opening.getNow().reset();
                }
                socket.setSoTimeout(30_000);
                int end;
                try {
                    end = socket.getInputStream().readAllBytes().length;
                } catch (SocketException reset) {
                    end = 0;
                }
                assertThat(end).isZero();
            } catch (SocketTimeoutException never) {
                throw new AssertionError("it was left open", never);
            }
        }
    }
}

package io.sluice.flow.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.flow.engine.RelayRig.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Relay, half-close, abort and back-pressure over real loopback sockets. */
@Timeout(180)
class StreamRelayTest {

    private static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

    @ParameterizedTest
    @EnumSource
    void relay_bothDirectionsAtOnce_octetsIntactAndCounted(Transport transport) throws Exception {
        try (RelayRig rig = new RelayRig(FlowSettings.DEFAULTS, transport);
                Socket client = rig.connect();
                Socket server = rig.accept()) {
            byte[] up = octets(1, 8 << 20);
            byte[] down = octets(2, 5 << 20);
            Future<?> upWriter = write(client, up);
            Future<?> downWriter = write(server, down);
            Future<byte[]> upRead = read(server);
            Future<byte[]> downRead = read(client);
            upWriter.get();
            downWriter.get();
            client.shutdownOutput();
            server.shutdownOutput();
            assertThat(upRead.get()).isEqualTo(up);
            assertThat(downRead.get()).isEqualTo(down);
            if (transport == Transport.SPLICE) {
                assertThat(rig.spliced.get()).isGreaterThan((up.length + down.length) / 2);
            }
            FlowSnapshot flow = rig.ended();
            assertThat(flow.closeReason()).contains(CloseReason.FINISHED);
            assertThat(flow.uplinkBytes()).isEqualTo(up.length);
            assertThat(flow.downlinkBytes()).isEqualTo(down.length);
            var totals = rig.engine.table().totals();
            assertThat(totals.uplinkBytes()).isEqualTo(up.length);
            assertThat(totals.downlinkBytes()).isEqualTo(down.length);
            assertThat(totals.opened()).isEqualTo(1);
            assertThat(totals.closed()).containsEntry(CloseReason.FINISHED, 1L);
            assertThat(totals.outbounds().get("out").live()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void halfClosed_clientSendsFin_serverStillAnswers(Transport transport) throws Exception {
        try (RelayRig rig = new RelayRig(FlowSettings.DEFAULTS, transport);
                Socket client = rig.connect();
                Socket server = rig.accept()) {
            byte[] request = octets(3, 300_000);
            byte[] answer = octets(4, 3 << 20);
            Future<?> writer = write(client, request);
            Future<byte[]> read = read(server);
            writer.get();
            client.shutdownOutput();
            assertThat(read.get()).isEqualTo(request);
            RelayRig.await(
                    () -> rig.engine.table().live().getFirst().state() == FlowSnapshot.State.HALF_CLOSED,
                    () -> rig.engine.table().live().toString());
            Future<byte[]> answered = read(client);
            write(server, answer).get();
            server.close();
            assertThat(answered.get()).isEqualTo(answer);
            assertThat(rig.ended().closeReason()).contains(CloseReason.FINISHED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void halfClosed_serverSendsFin_clientStillSends(Transport transport) throws Exception {
        try (RelayRig rig = new RelayRig(FlowSettings.DEFAULTS, transport);
                Socket client = rig.connect();
                Socket server = rig.accept()) {
            server.getOutputStream().write("220 hello".getBytes(StandardCharsets.US_ASCII));
            server.shutdownOutput();
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("220 hello");
            byte[] up = octets(5, 2 << 20);
            Future<byte[]> read = read(server);
            write(client, up).get();
            client.close();
            assertThat(read.get()).isEqualTo(up);
            assertThat(rig.ended().closeReason()).contains(CloseReason.FINISHED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fin_behindAStalledQueue_nothingIsCutOff(Transport transport) throws Exception {
        try (RelayRig rig = new RelayRig(FlowSettings.DEFAULTS, transport);
                Socket client = rig.connect();
                Socket server = rig.accept()) {
            byte[] up = octets(6, 24 << 20);
            Future<?> writer = write(client, up);
            RelayRig.await(
                    () -> rig.engine.table().live().getFirst().uplinkBytes() > 1 << 20,
                    () -> rig.engine.table().live().toString());
            Future<byte[]> read = read(server);
            writer.get();
            client.shutdownOutput();
            assertThat(read.get()).isEqualTo(up);
        }
    }

    @ParameterizedTest
    @EnumSource
    void abort_byClient_serverSeesReset(Transport transport) throws Exception {
        try (RelayRig rig = new RelayRig(FlowSettings.DEFAULTS, transport);
                Socket client = rig.connect();
                Socket server = rig.accept()) {
            client.getOutputStream().write(1);
            assertThat(server.getInputStream().read()).isEqualTo(1);
            client.setSoLinger(true, 0);
            client.close();
            assertThatThrownBy(() -> server.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThat(rig.ended().closeReason()).contains(CloseReason.CLIENT_ABORTED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void abort_byServer_clientSeesReset(Transport transport) throws Exception {
        try (RelayRig rig = new RelayRig(FlowSettings.DEFAULTS, transport);
                Socket client = rig.connect();
                Socket server = rig.accept()) {
            client.getOutputStream().write(1);
            assertThat(server.getInputStream().read()).isEqualTo(1);
            server.setSoLinger(true, 0);
            server.close();
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThat(rig.ended().closeReason()).contains(CloseReason.REMOTE_ABORTED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void abort_afterHalfClose_otherSideSeesReset(Transport transport) throws Exception {
        try (RelayRig rig = new RelayRig(FlowSettings.DEFAULTS, transport);
                Socket client = rig.connect();
                Socket server = rig.accept()) {
            server.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            client.setSoLinger(true, 0);
            client.close();
            assertThatThrownBy(() -> {
                        while (true) {
                            server.getOutputStream().write(1);
                        }
                    })
                    .isInstanceOf(IOException.class);
            FlowSnapshot flow = rig.ended();
            assertThat(flow.closeReason()).contains(CloseReason.CLIENT_ABORTED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void backPressure_serverDoesNotRead_clientIsStopped(Transport transport) throws Exception {
        try (RelayRig rig = new RelayRig(FlowSettings.DEFAULTS, transport);
                ServerSocket small = new ServerSocket()) {
            small.setReceiveBufferSize(64 * 1024);
            small.bind(new InetSocketAddress(RelayRig.LOCAL, 0));
            rig.destination((InetSocketAddress) small.getLocalSocketAddress());
            try (Socket client = rig.connect();
                    Socket server = small.accept()) {
                byte[] up = octets(7, 64 << 20);
                Future<?> writer = write(client, up);
                long stalledAt = stall(rig);
                // Taken in: what the kernel holds towards the server (its buffers grow to some MiB) and one queue of
                // ours.
                assertThat(stalledAt).isLessThan(20 << 20);
                assertThat(writer.isDone()).isFalse();
                Future<byte[]> read = read(server);
                writer.get();
                client.shutdownOutput();
                assertThat(read.get()).isEqualTo(up);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void abort_byClientAmidBulk_serverSeesReset(Transport transport) throws Exception {
        try (RelayRig rig = new RelayRig(FlowSettings.DEFAULTS, transport);
                Socket client = rig.connect();
                Socket server = rig.accept()) {
            write(client, octets(8, 64 << 20));
            assertThat(server.getInputStream().readNBytes(4 << 20)).hasSize(4 << 20);
            client.setSoLinger(true, 0);
            client.close();
            assertThatThrownBy(() -> server.getInputStream().readAllBytes()).isInstanceOf(SocketException.class);
            assertThat(rig.ended().closeReason()).contains(CloseReason.CLIENT_ABORTED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void abort_byServerAmidBulk_clientSeesReset(Transport transport) throws Exception {
        try (RelayRig rig = new RelayRig(FlowSettings.DEFAULTS, transport);
                Socket client = rig.connect();
                Socket server = rig.accept()) {
            Future<?> writer = write(client, octets(9, 64 << 20));
            assertThat(server.getInputStream().readNBytes(4 << 20)).hasSize(4 << 20);
            server.setSoLinger(true, 0);
            server.close();
            assertThatThrownBy(writer::get).hasRootCauseInstanceOf(SocketException.class);
            assertThat(rig.ended().closeReason()).contains(CloseReason.REMOTE_ABORTED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void bulkThenSmallThenBulk_octetsIntact(Transport transport) throws Exception {
        try (RelayRig rig = new RelayRig(FlowSettings.DEFAULTS, transport);
                Socket client = rig.connect();
                Socket server = rig.accept()) {
            for (int turn = 0; turn < 3; turn++) {
                byte[] bulk = octets(10 + turn, 3 << 20);
                Future<?> writer = write(client, bulk);
                assertThat(server.getInputStream().readNBytes(bulk.length)).isEqualTo(bulk);
                writer.get();
                for (int i = 0; i < 100; i++) {
                    client.getOutputStream().write(i);
                    assertThat(server.getInputStream().read()).isEqualTo(i);
                    server.getOutputStream().write(i);
                    assertThat(client.getInputStream().read()).isEqualTo(i);
                }
            }
        }
    }

    @Test
    void smallExchanges_areCopiedSoThatTheyHoldNoPipe() throws Exception {
        try (RelayRig rig = new RelayRig(FlowSettings.DEFAULTS, Transport.SPLICE);
                Socket client = rig.connect();
                Socket server = rig.accept()) {
            byte[] answer = octets(20, 16_000);
            for (int i = 0; i < 200; i++) {
                client.getOutputStream().write(i);
                assertThat(server.getInputStream().read()).isEqualTo(i & 0xff);
                server.getOutputStream().write(answer);
                assertThat(client.getInputStream().readNBytes(answer.length)).isEqualTo(answer);
            }
            assertThat(rig.spliced).hasValue(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void refused_serverIsNotThere_clientIsRejectedAndTheFlowListed(Transport transport) throws Exception {
        try (RelayRig rig = new RelayRig(FlowSettings.DEFAULTS, transport)) {
            rig.server.close();
            // The reset may come before Java has looked whether the connection was made.
            assertThatThrownBy(() -> {
                        try (Socket client = rig.connect()) {
                            if (client.getInputStream().read() < 0) {
                                throw new IllegalStateException("an orderly end");
                            }
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(rig.ended().closeReason()).contains(CloseReason.CONNECT_REFUSED);
            assertThat(rig.rejections).containsExactly(CloseReason.CONNECT_REFUSED);
            assertThat(rig.ended().detail()).isPresent();
            assertThat(rig.engine.table().totals().outbounds().get("out").failed())
                    .isEqualTo(1);
        }
    }

    /** The uplink count once it has not moved for 300 ms. */
    private static long stall(RelayRig rig) {
        long[] last = {-1, System.nanoTime()};
        RelayRig.await(
                () -> {
                    long now = rig.engine.table().live().getFirst().uplinkBytes();
                    if (now != last[0]) {
                        last[0] = now;
                        last[1] = System.nanoTime();
                    }
                    return now > 0 && System.nanoTime() - last[1] > 300_000_000L;
                },
                () -> "moved " + last[0]);
        return last[0];
    }

    private static byte[] octets(long seed, int length) {
        byte[] octets = new byte[length];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    private static Future<?> write(Socket socket, byte[] octets) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        OutputStream out = socket.getOutputStream();
                        out.write(octets);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                THREADS);
    }

    private static Future<byte[]> read(Socket socket) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        InputStream in = socket.getInputStream();
                        return in.readAllBytes();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                THREADS);
    }
}

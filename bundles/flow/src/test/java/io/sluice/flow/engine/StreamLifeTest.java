package io.sluice.flow.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.policy.Decision;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Withdrawal, idle time, accept first, shutdown and many flows, over loopback sockets. */
@Timeout(300)
class StreamLifeTest {

    @Test
    void withdrawn_outbound_drainsThenResetsAndOthersNoticeNothing() throws Exception {
        try (RelayRig rig = new RelayRig(
                        settings(FlowSettings.Accept.DIAL_FIRST, FlowSettings.TCP_IDLE, 2_000),
                        RelayRig.Transport.EPOLL);
                Socket client = rig.connect();
                Socket server = rig.accept()) {
            RelayRig.SocketOutbound stays = rig.new SocketOutbound("stays");
            rig.engine.addOutbound(stays, 0);
            rig.selector.rule = source -> new Decision.Outbound("stays", "r");
            try (Socket otherClient = rig.connect();
                    Socket otherServer = rig.accept()) {
                echo(otherClient, otherServer);
                rig.engine.removeOutbound(rig.outbound);
                echo(client, server);
                assertThat(rig.engine.table().live().stream().map(FlowSnapshot::state))
                        .contains(FlowSnapshot.State.DRAINING, FlowSnapshot.State.ACTIVE);
                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
                assertThatThrownBy(() -> server.getInputStream().read()).isInstanceOf(SocketException.class);
                RelayRig.await(
                        () -> !rig.engine.table().recent().isEmpty(),
                        () -> "live: " + rig.engine.table().live());
                assertThat(rig.engine.table().recent().getFirst().closeReason())
                        .contains(CloseReason.OUTBOUND_WITHDRAWN);
                echo(otherClient, otherServer);
                rig.selector.rule = source -> new Decision.Outbound("out", "r");
                assertThatThrownBy(() -> connectAndSeeReset(rig)).isInstanceOf(IOException.class);
                assertThat(rig.rejections).containsExactly(CloseReason.OUTBOUND_ABSENT);
            }
        }
    }

    @Test
    void idle_nothingMoves_bothAreReset() throws Exception {
        try (RelayRig rig = new RelayRig(
                        settings(FlowSettings.Accept.DIAL_FIRST, Duration.ofSeconds(2), 300),
                        RelayRig.Transport.EPOLL);
                Socket client = rig.connect();
                Socket server = rig.accept()) {
            echo(client, server);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> server.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThat(rig.ended().closeReason()).contains(CloseReason.IDLE);
        }
    }

    @Test
    void acceptFirst_refusedLater_clientSeesReset() throws Exception {
        try (RelayRig rig = new RelayRig(
                settings(FlowSettings.Accept.ACCEPT_FIRST, FlowSettings.TCP_IDLE, 300), RelayRig.Transport.EPOLL)) {
            try (Socket client = rig.connect()) {
                client.getOutputStream().write(7);
                try (Socket server = rig.accept()) {
                    assertThat(server.getInputStream().read()).isEqualTo(7);
                    echo(client, server);
                }
            }
            rig.ended();
            rig.server.close();
            assertThatThrownBy(() -> connectAndSeeReset(rig)).isInstanceOf(IOException.class);
            assertThat(rig.rejections).isEmpty();
            RelayRig.await(
                    () -> rig.engine.table().totals().closed().containsKey(CloseReason.CONNECT_REFUSED),
                    () -> rig.engine.table().totals().toString());
        }
    }

    @Test
    void shutdown_liveFlows_areReset() throws Exception {
        try (RelayRig rig = new RelayRig();
                Socket client = rig.connect();
                Socket server = rig.accept()) {
            echo(client, server);
            assertThat(rig.engine.shutdown(Duration.ofSeconds(30))).isTrue();
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> server.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThat(rig.ended().closeReason()).contains(CloseReason.SHUTDOWN);
        }
    }

    /** Half end in order, half are aborted; the leak detector of this build samples every buffer. */
    @Test
    void flows_tenThousand_openAndCloseWithoutRest() throws Exception {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        ListAppender<ILoggingEvent> leaks = new ListAppender<>();
        leaks.start();
        Logger detector = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
        detector.addAppender(leaks);
        try (RelayRig rig = new RelayRig()) {
            for (int i = 0; i < 10_000; i++) {
                try (Socket client = rig.connect();
                        Socket server = rig.accept()) {
                    client.getOutputStream().write(i);
                    assertThat(server.getInputStream().read()).isEqualTo(i & 0xff);
                    if (i % 2 == 0) {
                        // Aborted at either side, so that no port waits in TIME-WAIT.
                        (i % 4 == 0 ? client : server).setSoLinger(true, 0);
                        (i % 4 == 0 ? client : server).close();
                    } else {
                        client.shutdownOutput();
                        assertThat(server.getInputStream().read()).isEqualTo(-1);
                    }
                }
            }
            RelayRig.await(
                    () -> rig.engine.table().live().isEmpty(),
                    () -> rig.engine.table().live().toString());
            var totals = rig.engine.table().totals();
            assertThat(totals.opened()).isEqualTo(10_000);
            assertThat(totals.uplinkBytes()).isEqualTo(10_000);
            assertThat(totals.closed().values().stream()
                            .mapToLong(Long::longValue)
                            .sum())
                    .isEqualTo(10_000);
            assertThat(totals.live()).isZero();
        }
        // A leak is reported at the next allocation after the collector has found it.
        System.gc();
        for (int i = 0; i < 1_000; i++) {
            ByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        detector.detachAppender(leaks);
        assertThat(leaks.list).isEmpty();
    }

    private static void echo(Socket client, Socket server) throws IOException {
        client.getOutputStream().write(42);
        assertThat(server.getInputStream().read()).isEqualTo(42);
        server.getOutputStream().write(43);
        assertThat(client.getInputStream().read()).isEqualTo(43);
    }

    /** The reset may come so soon that connecting already fails by it. */
    private static void connectAndSeeReset(RelayRig rig) throws IOException {
        try (Socket client = rig.connect()) {
            if (client.getInputStream().read() < 0) {
                throw new AssertionError("an orderly end");
            }
        }
    }

    private static FlowSettings settings(FlowSettings.Accept accept, Duration tcpIdle, long drainMillis) {
        return new FlowSettings(
                accept,
                FlowSettings.CONNECT_TIMEOUT,
                tcpIdle,
                FlowSettings.HALF_CLOSED_IDLE,
                FlowSettings.UDP_IDLE,
                FlowSettings.DNS_IDLE,
                Duration.ofMillis(drainMillis),
                FlowSettings.MAX_FLOWS);
    }
}

package io.sluice.systemstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.netstack.StackConfig;
import io.sluice.testkit.netns.NetworkNamespace;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's TCP as the client and as the far end's stand-in, through a TUN device: with and without offload, over both families. */
@Tag("netns")
class SystemStack_NetnsTest {

    private static final int BULK = 32 * 1024 * 1024;
    private static final String HOST4 = "192.0.2.7";
    private static final String HOST6 = "2001:db8::7";

    @BeforeEach
    void rights() {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
    }

    @Test
    void echo_offloadBothFamilies_byteExact() throws Exception {
        try (SystemStackRig rig = new SystemStackRig(true, 1)) {
            assertThat(rig.echo(HOST4, BULK)).isTrue();
            assertThat(rig.echo(HOST6, BULK)).isTrue();
            assertThat(rig.counted("rxSuperPackets")).isPositive();
            assertThat(rig.counted("txSuperPackets")).isPositive();
            assertThat(rig.namespace.exec("nstat", "-az", "TcpInCsumErrors")).containsPattern("TcpInCsumErrors +0 ");
        }
    }

    @Test
    void echo_plainBothFamilies_byteExact() throws Exception {
        try (SystemStackRig rig = new SystemStackRig(false, 1)) {
            assertThat(rig.echo(HOST4, BULK / 4)).isTrue();
            assertThat(rig.echo(HOST6, BULK / 4)).isTrue();
            assertThat(rig.counted("rxSuperPackets")).isZero();
            assertThat(rig.namespace.exec("nstat", "-az", "TcpInCsumErrors")).containsPattern("TcpInCsumErrors +0 ");
        }
    }

    @Test
    void connect_refused_atOnce() throws Exception {
        try (SystemStackRig rig = new SystemStackRig(true, 1)) {
            for (String host : List.of(HOST4, HOST6)) {
                assertThatThrownBy(() -> rig.connect(host, Services.REFUSED)).isInstanceOf(ConnectException.class);
            }
            assertThat(SystemStackRig.soon(
                            Duration.ofSeconds(30),
                            () -> rig.attachment.counters().connections() == 0))
                    .isTrue();
        }
    }

    @Test
    void connect_unreachable_saidByIcmp() throws Exception {
        try (SystemStackRig rig = new SystemStackRig(true, 1)) {
            for (String host : List.of(HOST4, HOST6)) {
                assertThatThrownBy(() -> rig.connect(host, Services.UNREACHABLE))
                        .isInstanceOf(NoRouteToHostException.class);
            }
        }
    }

    @Test
    void connect_dropped_silence() throws Exception {
        try (SystemStackRig rig = new SystemStackRig(true, 1);
                Socket socket = rig.namespace.call(() -> new Socket())) {
            assertThatThrownBy(() -> {
                        rig.namespace.call(() -> {
                            socket.bind(null);
                            return 0;
                        });
                        socket.connect(new InetSocketAddress(HOST4, Services.DROPPED), 1_200);
                    })
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    /** The client's SYN is answered when the outbound is there, 1.5 s later, and only then. */
    @Test
    void connect_lateAnswer_waits() throws Exception {
        try (SystemStackRig rig = new SystemStackRig(true, 1)) {
            long begun = System.nanoTime();
            try (Socket socket = rig.connect(HOST4, Services.LATE)) {
                assertThat(System.nanoTime() - begun).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1_400));
                socket.getOutputStream().write(42);
                assertThat(socket.getInputStream().read()).isEqualTo(42);
            }
            assertThat(rig.counted("tcpDuplicateSyns")).isPositive();
            assertThat(rig.counted("tcpConnectionsOffered")).isEqualTo(1);
        }
    }

    @Test
    void greeting_serverSpeaksAndCloses_clientStillSends() throws Exception {
        try (SystemStackRig rig = new SystemStackRig(true, 1);
                Socket socket = rig.connect(HOST4, Services.GREETING)) {
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo("hello\n".getBytes());
            // Half-closed: our direction goes on.
            socket.getOutputStream().write(new byte[1 << 20]);
            socket.shutdownOutput();
            assertThat(SystemStackRig.soon(Duration.ofSeconds(30), () -> rig.services.inactive.get() == 1))
                    .isTrue();
        }
    }

    @Test
    void clientResets_channelEnds() throws Exception {
        try (SystemStackRig rig = new SystemStackRig(true, 1)) {
            try (Socket socket = rig.connect(HOST4, Services.DISCARD)) {
                socket.getOutputStream().write(1);
                socket.setSoLinger(true, 0);
            }
            assertThat(SystemStackRig.soon(Duration.ofSeconds(30), () -> rig.services.inactive.get() == 1))
                    .isTrue();
        }
    }

    @Test
    void detach_openConnections_resetAndListenersGone() throws Exception {
        try (SystemStackRig rig = new SystemStackRig(true, 1);
                Socket first = rig.connect(HOST4, Services.DISCARD);
                Socket second = rig.connect(HOST6, Services.DISCARD)) {
            first.getOutputStream().write(1);
            rig.attachment.detach(CloseReason.INBOUND_WITHDRAWN);
            assertThatThrownBy(() -> first.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> second.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThat(SystemStackRig.soon(Duration.ofSeconds(30), () -> rig.services.lastFault != null))
                    .isTrue();
            assertThat(rig.services.lastFault).hasMessageContaining(CloseReason.INBOUND_WITHDRAWN.sentence());
            assertThat(SystemStackRig.soon(
                            Duration.ofSeconds(30),
                            () -> rig.namespace.exec("ss", "-Htln").isBlank()))
                    .isTrue();
        }
    }

    @Test
    void stackExchanged_sameDevice_goesOn() throws Exception {
        try (SystemStackRig rig = new SystemStackRig(true, 1)) {
            for (int i = 0; i < 3; i++) {
                assertThat(rig.echo(HOST4, 1 << 20)).isTrue();
                rig.attachment.detach(CloseReason.INBOUND_WITHDRAWN);
                rig.attach(new SystemIpStack(rig.loops), StackConfig.defaults("tun", SystemStackRig.ADDRESSES));
            }
            assertThat(rig.echo(HOST6, 1 << 20)).isTrue();
        }
    }

    /** Sessions and their replies come by different queues; who sent what stays the same. */
    @Test
    void echo_fourQueues_byteExact() throws Exception {
        try (SystemStackRig rig = new SystemStackRig(true, 4)) {
            for (int i = 0; i < 60; i++) {
                assertThat(rig.echo("192.0.2." + (2 + i), 128 * 1024)).isTrue();
                assertThat(rig.echo("2001:db8::" + (2 + i), 128 * 1024)).isTrue();
            }
            List<Socket> idle = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                idle.add(rig.connect("198.51.100." + (2 + i), Services.ECHO));
            }
            // The kernel forgets after 3 s which queue a flow belongs to.
            TimeUnit.SECONDS.sleep(4);
            for (Socket socket : idle) {
                socket.getOutputStream().write(7);
                assertThat(socket.getInputStream().read()).isEqualTo(7);
                socket.close();
            }
        }
    }

    @Test
    void manyConnections_oneAfterTheOther_noSocketLeft() throws Exception {
        try (SystemStackRig rig = new SystemStackRig(true, 1)) {
            for (int i = 0; i < 500; i++) {
                assertThat(rig.echo("192.0.2." + (2 + i % 200), 16 * 1024)).isTrue();
            }
            assertThat(SystemStackRig.soon(Duration.ofSeconds(30), () -> rig.services.inactive.get() == 500))
                    .isTrue();
            assertThat(rig.attachment.counters().halfOpen()).isZero();
            assertThat(rig.counted("kernelHandshakesFailed")).isZero();
            assertThat(SystemStackRig.soon(
                            Duration.ofSeconds(30),
                            () -> rig.namespace
                                    .exec("ss", "-Htn", "state", "established")
                                    .isBlank()))
                    .isTrue();
        }
    }

    /** Nobody reaches the listener but through the stack: not the host itself, not by another interface. */
    @Test
    void stranger_connectsToTheListener_refused() throws Exception {
        try (SystemStackRig rig = new SystemStackRig(true, 1);
                NetworkNamespace neighbour = NetworkNamespace.create()) {
            neighbour.link("vn", "10.99.0.2/24", rig.namespace, "vs", "10.99.0.1/24");
            neighbour.exec("ip", "route", "add", "10.67.0.0/24", "via", "10.99.0.1");
            String[] listener = rig.namespace
                    .exec("ss", "-Htln", "src", "10.67.0.1")
                    .strip()
                    .split("\\s+")[3]
                    .split(":");
            int port = Integer.parseInt(listener[listener.length - 1]);
            // The kernel takes a connection of its own host for one of the device; it is reset before anything is read.
            try (Socket own = rig.connect("10.67.0.1", port)) {
                assertThatThrownBy(() -> own.getInputStream().read()).isInstanceOf(SocketException.class);
            }
            assertThat(SystemStackRig.soon(Duration.ofSeconds(30), () -> rig.counted("kernelStrangersRefused") == 1))
                    .isTrue();
            assertThatThrownBy(() -> neighbour.call(() -> new Socket("10.67.0.1", port)))
                    .isInstanceOf(ConnectException.class);
            assertThat(rig.counted("tcpConnectionsOffered")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pingAndDatagrams_everySize_comeBack(boolean offload) throws Exception {
        try (SystemStackRig rig = new SystemStackRig(offload, 1)) {
            for (String host : List.of(HOST4, HOST6, "10.67.0.2", "fd67::2")) {
                assertThat(rig.namespace.exec("ping", "-c", "2", "-i", "0.1", "-W", "10", "-s", "20000", host))
                        .contains(" 0% packet loss");
            }
            for (String host : List.of(HOST4, HOST6)) {
                assertThat(Datagrams.comeBack(rig.namespace, host, 0, 1, 1_400, 1_473, 65_507))
                        .isTrue();
            }
        }
    }
}

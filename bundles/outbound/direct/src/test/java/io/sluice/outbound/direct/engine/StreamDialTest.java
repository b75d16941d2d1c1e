package io.sluice.outbound.direct.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.dialer.AddressPreference;
import io.sluice.testkit.peer.TinyNameServer;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class StreamDialTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void dial_address_boundBeforeConnectAndReadingIsOff(boolean epoll) throws Exception {
        try (DialRig rig = new DialRig(epoll);
                ServerSocket server = new ServerSocket(0, 16, DialRig.LOCAL)) {
            Future<ByteStream> opening = open(rig, (InetSocketAddress) server.getLocalSocketAddress(), LIMIT);
            server.setSoTimeout(30_000);
            try (Socket accepted = server.accept()) {
                ByteStream stream = opening.get(30, TimeUnit.SECONDS);
                assertThat(stream.channel().config().isAutoRead()).isFalse();
                assertThat(stream.channel().eventLoop()).isSameAs(rig.loop);
                assertThat(stream).isEqualTo(rig.loops.stream((SocketChannel) stream.channel()));
                assertThat(stream.channel().pipeline().first()).isNull();
                assertThat(rig.binder.bound).containsExactly("127.0.0.1");
                assertThat(rig.binder.owned.getFirst().getPort()).isEqualTo(accepted.getPort());
                assertThat(rig.dialer.counters()).containsEntry("streamsOpened", 1L);
                stream.reset();
            }
        }
    }

    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void dial_nobodyListens_connectRefused(boolean epoll) throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, DialRig.LOCAL)) {
            port = server.getLocalPort();
        }
        try (DialRig rig = new DialRig(epoll)) {
            assertFails(rig, new InetSocketAddress(DialRig.LOCAL, port), LIMIT, CloseReason.CONNECT_REFUSED);
        }
    }

    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void dial_binderAbsentOrRefusing_failsClosed(boolean epoll) throws Exception {
        try (DialRig rig = new DialRig(epoll);
                ServerSocket server = new ServerSocket(0, 16, DialRig.LOCAL)) {
            InetSocketAddress address = (InetSocketAddress) server.getLocalSocketAddress();
            rig.binderPresent = false;
            assertFails(rig, address, LIMIT, CloseReason.EGRESS_UNAVAILABLE);
            rig.binderPresent = true;
            rig.binder.refuses = true;
            assertFails(rig, address, LIMIT, CloseReason.EGRESS_UNAVAILABLE);
            assertThat(rig.binder.owned).isEmpty();
        }
    }

    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void dial_nameServerIsSilent_timesOutInTime(boolean epoll) throws Exception {
        try (TinyNameServer names = new TinyNameServer(true);
                DialRig rig = new DialRig(epoll, AddressPreference.IPV6_FIRST, names.address())) {
            assertFails(
                    rig,
                    InetSocketAddress.createUnresolved("silent.test", 80),
                    Duration.ofMillis(300),
                    CloseReason.CONNECT_TIMEOUT);
            // The reason is that of its own limit, not of the resolver's; and it did ask.
            DialRig.await(() -> names.questions() > 0, () -> "nobody asked");
        }
    }

    /** Netty asks the next server when its time-out for the first has passed, after 5 s. */
    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void dial_firstNameServerIsSilent_theSecondIsNotLeftWaitingForItsTimeOut(boolean epoll) throws Exception {
        try (TinyNameServer silent = new TinyNameServer(true);
                TinyNameServer names = new TinyNameServer(false, "127.0.0.1");
                DialRig rig = new DialRig(epoll, AddressPreference.IPV4_ONLY, silent.address(), names.address());
                ServerSocket server = new ServerSocket(0, 16, DialRig.LOCAL)) {
            Future<ByteStream> opening = open(
                    rig,
                    InetSocketAddress.createUnresolved("host.test", server.getLocalPort()),
                    Duration.ofMillis(4_500));
            assertThat(opening.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(opening.cause()).isNull();
            assertThat(silent.questions()).isPositive();
            rig.onLoop(() -> {
                opening.getNow().reset();
                return null;
            });
        }
    }

    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void dial_nameHasNoAddress_resolveFailed(boolean epoll) throws Exception {
        try (TinyNameServer names = new TinyNameServer(false);
                DialRig rig = new DialRig(epoll, AddressPreference.IPV6_FIRST, names.address())) {
            assertFails(rig, InetSocketAddress.createUnresolved("empty.test", 80), LIMIT, CloseReason.RESOLVE_FAILED);
        }
    }

    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void dial_firstAddressRefuses_nextIsTriedAndNamesLeaveByTheEgress(boolean epoll) throws Exception {
        try (TinyNameServer names = new TinyNameServer(false, "::1", "127.0.0.1");
                DialRig rig = new DialRig(epoll, AddressPreference.IPV6_FIRST, names.address());
                ServerSocket server = new ServerSocket(0, 16, DialRig.LOCAL)) {
            Future<ByteStream> opening =
                    open(rig, InetSocketAddress.createUnresolved("host.test", server.getLocalPort()), LIMIT);
            server.setSoTimeout(30_000);
            try (Socket accepted = server.accept()) {
                ByteStream stream = opening.get(30, TimeUnit.SECONDS);
                assertThat(accepted.isConnected()).isTrue();
                assertThat(rig.dialer.counters()).containsEntry("connectAttempts", 2L);
                // Two questions, then the two attempts.
                assertThat(rig.binder.bound.getLast()).isEqualTo("127.0.0.1");
                assertThat(rig.binder.bound).hasSizeGreaterThanOrEqualTo(3).contains("0:0:0:0:0:0:0:1");
                stream.reset();
            }
        }
    }

    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void cancel_whileResolving_nothingIsDialled(boolean epoll) throws Exception {
        try (TinyNameServer names = new TinyNameServer(true);
                DialRig rig = new DialRig(epoll, AddressPreference.IPV6_FIRST, names.address())) {
            Future<ByteStream> opening = open(rig, InetSocketAddress.createUnresolved("silent.test", 80), LIMIT);
            assertThat(rig.onLoop(() -> opening.cancel(false))).isTrue();
            assertThat(opening.isCancelled()).isTrue();
            assertThat(rig.dialer.counters()).containsEntry("connectAttempts", 0L);
        }
    }

    private static Future<ByteStream> open(DialRig rig, InetSocketAddress destination, Duration timeout)
            throws Exception {
        return rig.onLoop(() -> rig.dialer.openStream(rig.request(Network.TCP, destination, timeout)));
    }

    private static void assertFails(DialRig rig, InetSocketAddress destination, Duration timeout, CloseReason reason)
            throws Exception {
        Future<ByteStream> opening = open(rig, destination, timeout);
        assertThat(opening.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(opening.cause()).isInstanceOf(ConnectException.class);
        assertThat(((ConnectException) opening.cause()).reason()).isEqualTo(reason);
        assertThat(((ConnectException) opening.cause()).blame()).isEqualTo(ConnectException.Blame.DESTINATION);
        assertThat(opening.cause().getMessage()).isNotBlank();
    }
}

package io.sluice.proxyserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.sluice.api.loop.EventLoops;
import io.sluice.loop.NettyEventLoops;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class ListenerTest {

    private static NettyEventLoops loops;

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(1);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
    }

    private static InboundSettings settings(String address, int port, Accounts accounts) {
        return new InboundSettings(
                "in", "socks", new InetSocketAddress(address, port), accounts, true, Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void othersCouldReachIt_withoutAuthentication_isRefused(String address) {
        assertThatThrownBy(() -> settings(address, 1080, Accounts.open()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("without authentication")
                .hasMessageContaining("set auth to \"password\"");
        assertThat(settings(address, 1080, Accounts.of("", "a:b")).accounts().isOpen())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.8.8.8", "::1"})
    void loopback_withoutAuthentication_isAllowed(String address) {
        assertThat(settings(address, 1080, Accounts.open()).accounts().isOpen()).isTrue();
    }

    @Test
    void portInUse_saysWhichAndWhatToDo() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Door door = new Door(settings("127.0.0.1", taken.getLocalPort(), Accounts.open()), loops, () -> null);

            assertThatThrownBy(() -> Listener.open(door, (stream, arrival) -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("in use");
        }
    }

    /** The listener need not ask for it: nothing is held back for an acknowledgement. */
    @Test
    void acceptedConnection_sendsAtOnce() throws Exception {
        Door door = new Door(settings("127.0.0.1", 0, Accounts.open()), loops, () -> null);
        var accepted = new CompletableFuture<Boolean>();
        Listener listener = Listener.open(
                door,
                (stream, arrival) -> accepted.complete(stream.channel().config().getOption(ChannelOption.TCP_NODELAY)));
        try (Socket client = new Socket("127.0.0.1", listener.local().getPort())) {
            assertThat(accepted.get(30, TimeUnit.SECONDS))
                    .as("TCP_NODELAY of %s", client)
                    .isTrue();
        }
        listener.close();
    }

    /** What {@code sockopt} asks for, as the kernel has it; a name that it does not know is no reason to serve nobody. */
    @ParameterizedTest
    @CsvSource({"reno, reno", "nosuch, ''"})
    void acceptedConnection_hasTheOptionsOfSockopt(String congestion, String taken) throws Exception {
        assumeThat(Epoll.isAvailable()).isTrue();
        Door door = new Door(settings("127.0.0.1", 0, Accounts.open()), loops, () -> null);
        var accepted = new CompletableFuture<ChannelConfig>();
        Map<String, ?> properties = Map.of(
                "sockopt.tcpKeepAliveIdle",
                77,
                "sockopt.tcpKeepAliveInterval",
                11,
                "sockopt.tcpUserTimeout",
                5_000,
                "sockopt.tcpCongestion",
                congestion);
        Listener listener = Listener.open(
                door, (stream, arrival) -> accepted.complete(stream.channel().config()), properties, null, null);
        try (Socket client = new Socket("127.0.0.1", listener.local().getPort())) {
            ChannelConfig config = accepted.get(30, TimeUnit.SECONDS);
            assertThat(config.getOption(EpollChannelOption.TCP_KEEPIDLE))
                    .as("of %s", client)
                    .isEqualTo(77);
            assertThat(config.getOption(EpollChannelOption.TCP_KEEPINTVL)).isEqualTo(11);
            assertThat(config.getOption(EpollChannelOption.TCP_USER_TIMEOUT)).isEqualTo(5_000);
            ByteBuffer name = config.getOption(new RawUnixChannelOption("TCP_CONGESTION", 6, 13, 16));
            String kernels = StandardCharsets.US_ASCII
                    .decode(name.slice(0, 16))
                    .toString()
                    .trim();
            if (taken.isEmpty()) {
                assertThat(kernels).isNotEqualTo(congestion);
            } else {
                assertThat(kernels).isEqualTo(taken);
            }
        }
        listener.close();
    }

    /** What a listener says while it is bound with fast open, and two clients come. */
    private static List<String> saidOfFastOpen(Optional<String> obstacle) throws Exception {
        EventLoops some = (EventLoops) Proxy.newProxyInstance(
                EventLoops.class.getClassLoader(),
                new Class<?>[] {EventLoops.class},
                (_, method, arguments) ->
                        method.getName().equals("fastOpenObstacle") ? obstacle : method.invoke(loops, arguments));
        Logger logger = (Logger) LoggerFactory.getLogger(ClientSockets.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        Door door = new Door(settings("127.0.0.1", 0, Accounts.open()), some, () -> null);
        var accepted = new CountDownLatch(2);
        try (Listener listener = Listener.open(
                        door,
                        (stream, arrival) -> accepted.countDown(),
                        Map.of("sockopt.tcpFastOpenQueue", 16),
                        null,
                        null);
                Socket one = new Socket("127.0.0.1", listener.local().getPort());
                Socket two = new Socket("127.0.0.1", listener.local().getPort())) {
            assertThat(accepted.await(30, TimeUnit.SECONDS))
                    .as("%s, %s", one, two)
                    .isTrue();
        } finally {
            logger.detachAppender(log);
        }
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** The default of Linux allows fast open to clients only, and Netty leaves the option out without a word. */
    @Test
    void fastOpenThatTheKernelDoesNotAllow_isSaidOnce() throws Exception {
        assertThat(saidOfFastOpen(Optional.of("set it free")))
                .containsExactly("inbound \"in\": tcpFastOpen of sockopt has no effect: set it free");
        assertThat(saidOfFastOpen(Optional.empty())).isEmpty();
    }

    @Test
    void fastOpen_isToldAsTheKernelHasIt() throws Exception {
        Path allowed = Path.of("/proc/sys/net/ipv4/tcp_fastopen");
        assumeThat(Epoll.isAvailable() && Files.exists(allowed)).isTrue();
        boolean listeners = (Integer.parseInt(Files.readString(allowed).trim()) & 2) != 0;

        List<String> said = saidOfFastOpen(loops.fastOpenObstacle());

        if (listeners) {
            assertThat(said).isEmpty();
        } else {
            assertThat(said).singleElement(STRING).contains("inbound \"in\"", "sysctl net.ipv4.tcp_fastopen=3");
        }
    }

    @Test
    void closedListener_freesItsPortAtOnce() throws Exception {
        for (int i = 0; i < 20; i++) {
            Door door = new Door(settings("127.0.0.1", 0, Accounts.open()), loops, () -> null);
            Listener first = Listener.open(door, (stream, arrival) -> {});
            first.close();
            Door again = new Door(settings("127.0.0.1", first.local().getPort(), Accounts.open()), loops, () -> null);
            Listener.open(again, (stream, arrival) -> {}).close();
        }
    }

    @Test
    void acceptFails_pausesLongerEachTime_andRecovers() {
        LongAdder pauses = new LongAdder();
        EmbeddedChannel server = new EmbeddedChannel(new AcceptGuard("in", pauses));
        server.freezeTime();
        long pause = AcceptGuard.FIRST_PAUSE.toMillis();
        for (int i = 1; i <= 8; i++) {
            server.pipeline().fireExceptionCaught(new IOException("accept(..) failed: Too many open files"));
            server.pipeline().fireExceptionCaught(new IOException("accept(..) failed: Too many open files"));
            assertThat(server.config().isAutoRead()).isFalse();
            assertThat(pauses.sum()).isEqualTo(i);
            server.advanceTimeBy(pause - 1, TimeUnit.MILLISECONDS);
            server.runScheduledPendingTasks();
            assertThat(server.config().isAutoRead()).as("pause %d", i).isFalse();
            server.advanceTimeBy(1, TimeUnit.MILLISECONDS);
            server.runScheduledPendingTasks();
            assertThat(server.config().isAutoRead()).as("pause %d", i).isTrue();
            pause = Math.min(2 * pause, AcceptGuard.LONGEST_PAUSE.toMillis());
        }
        server.writeInbound("a connection");
        server.pipeline().fireExceptionCaught(new IOException("accept(..) failed: Too many open files"));
        server.advanceTimeBy(AcceptGuard.FIRST_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        server.runScheduledPendingTasks();
        assertThat(server.config().isAutoRead()).isTrue();
        server.checkException();
    }

    @Test
    void throttle_knowsABoundedNumberOfAddresses_andForgetsAfterAMinute() throws Exception {
        AuthThrottle throttle = new AuthThrottle();
        InetAddress guesser = InetAddress.getByName("192.0.2.1");
        for (int i = 0; i < AuthThrottle.FREE_FAILURES; i++) {
            assertThat(throttle.delay(guesser, 0)).isZero();
            throttle.failed(guesser, 0);
        }
        assertThat(throttle.delay(guesser, 1)).isEqualTo(AuthThrottle.DELAY);
        assertThat(throttle.delay(guesser, AuthThrottle.WINDOW.toNanos() + 1)).isZero();
        for (int i = 0; i < AuthThrottle.MAX_ADDRESSES; i++) {
            throttle.failed(InetAddress.getByAddress(new byte[] {10, 0, (byte) (i >> 8), (byte) i}), 2);
        }
        assertThat(throttle.delay(guesser, 3)).as("pushed out").isZero();
    }

    @Test
    void accounts_compareWholeOctets() {
        Accounts accounts = Accounts.of("", "alice:pass:word", "bob:");
        assertThat(accounts.match(bytes("alice"), bytes("pass:word"))).isTrue();
        assertThat(accounts.match(bytes("bob"), bytes(""))).isTrue();
        assertThat(accounts.match(bytes("alice"), bytes("pass:wor"))).isFalse();
        assertThat(accounts.match(bytes("Alice"), bytes("pass:word"))).isFalse();
        assertThat(accounts.match(bytes("nobody"), bytes("nobody has this password")))
                .isFalse();
        assertThat(accounts.toString()).doesNotContain("alice", "word");
        assertThatThrownBy(() -> Accounts.of("x: ", "alice")).hasMessageNotContaining("alice");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
}

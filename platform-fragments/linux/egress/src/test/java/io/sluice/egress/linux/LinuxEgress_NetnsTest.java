package io.sluice.egress.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.sluice.api.egress.EgressException;
import io.sluice.api.egress.EgressOptions;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.netmon.DefaultRoute;
import io.sluice.api.netmon.HostInterface;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkState;
import io.sluice.api.outbound.ConnectException;
import io.sluice.egress.HostEgressBinder;
import io.sluice.egress.spi.NetworkView;
import io.sluice.netlink.linux.NetlinkWatch;
import io.sluice.netlink.linux.Topic;
import io.sluice.testkit.netns.NetworkNamespace;
import java.lang.annotation.Annotation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real sockets: what they carry, where they go, and when they may not. */
@Tag("netns")
class LinuxEgress_NetnsTest {

    private static final InetAddress FAR = InetAddress.ofLiteral("203.0.113.1");

    private NetworkNamespace host;
    private NetworkNamespace router;
    private EventLoopGroup loops;
    private HostEgressBinder binder;

    @BeforeEach
    void network() throws Exception {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
        host = NetworkNamespace.create();
        router = NetworkNamespace.create();
        host.link("lan0", "192.168.7.2/24", router, "lan0", "192.168.7.1/24");
        router.exec("ip", "addr", "add", "203.0.113.1/32", "dev", "lo");
        host.exec("ip", "route", "add", "default", "via", "192.168.7.1");
        loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        binder = newBinder();
    }

    @AfterEach
    void remove() {
        if (host != null) {
            host.close();
            router.close();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    /** Knows the host as it is now: a change is known only a moment after it. */
    private HostEgressBinder newBinder() throws Exception {
        return host.call(() -> new HostEgressBinder(new LinuxEgressBackend(), new Settings("auto", 0x536c)));
    }

    /** The configuration annotation as a value. */
    @SuppressWarnings("ClassExplicitlyAnnotation")
    private record Settings(String $interface, int mark) implements HostEgressBinder.Config {
        @Override
        public Class<? extends Annotation> annotationType() {
            return HostEgressBinder.Config.class;
        }
    }

    private ChannelFuture dial(InetSocketAddress server) throws Exception {
        return dial(server, EgressOptions.NONE, new ChannelInboundHandlerAdapter());
    }

    private ChannelFuture dial(InetSocketAddress server, EgressOptions options, ChannelHandler last) throws Exception {
        return host.call(() -> new Bootstrap()
                .group(loops)
                .channel(EpollSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) throws EgressException {
                        binder.bind(channel, server.getAddress(), options);
                        channel.pipeline().addLast(last);
                    }
                })
                .connect(server));
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void bind_farServer_markedBoundAndPastTheTunnel() throws Exception {
        // A default route into a tunnel that swallows everything, as the route room sets it.
        host.exec("ip", "tuntap", "add", "mode", "tun", "tun0");
        host.exec("ip", "link", "set", "tun0", "up");
        host.exec("ip", "route", "add", "default", "dev", "tun0", "table", "2022", "proto", "83");
        host.exec(
                "ip", "rule", "add", "not", "fwmark", "0x536c", "lookup", "2022", "protocol", "83", "priority", "9001");
        ServerSocket server = router.call(() -> new ServerSocket(0, 8, FAR));
        Channel channel =
                dial(new InetSocketAddress(FAR, server.getLocalPort())).sync().channel();
        binder.own(channel);
        String sockets = host.exec("ss", "-Htne");
        System.out.print(sockets);
        assertThat(sockets).contains("fwmark:0x536c", "%lan0");
        InetSocketAddress local = (InetSocketAddress) channel.localAddress();
        assertThat(binder.isOwn(local)).isTrue();
        assertThat(binder.isOwn(new InetSocketAddress(local.getAddress(), local.getPort() + 1)))
                .isFalse();
        channel.close().sync();
        await("the endpoint is forgotten", () -> !binder.isOwn(local));
        server.close();
    }

    @Test
    void bind_ownAddressAndLoopback_unbound() throws Exception {
        for (String address : new String[] {"127.0.0.1", "192.168.7.2"}) {
            ServerSocket server = host.call(() -> new ServerSocket(0, 8, InetAddress.ofLiteral(address)));
            dial(new InetSocketAddress(address, server.getLocalPort()))
                    .sync()
                    .channel()
                    .close()
                    .sync();
            server.close();
        }
    }

    @Test
    void bind_routeGoesAndComes_followsTheKernel() throws Exception {
        assertThat(binder.status().interface4()).contains("lan0");
        assertThat(binder.status().limitation()).isEmpty();
        host.exec("ip", "route", "delete", "default");
        await("the lost route is noticed", () -> binder.status().interface4().isEmpty());
        EpollSocketChannel channel = new EpollSocketChannel();
        loops.register(channel).sync();
        assertThatThrownBy(() -> binder.bind(channel, FAR))
                .isInstanceOf(EgressException.class)
                .hasMessage("no interface leads to 203.0.113.1: there is no route for it outside of the tunnel");
        channel.close().sync();
        host.exec("ip", "route", "add", "default", "via", "192.168.7.1");
        await("the new route is noticed", () -> binder.status().interface4().isPresent());
    }

    @Test
    void options_interfaceSourceAndMark_areTheOutbounds() throws Exception {
        host.link("lan1", "192.168.8.2/24", router, "lan1", "192.168.8.1/24");
        host.exec("ip", "addr", "add", "192.168.8.3/24", "dev", "lan1");
        host.exec("ip", "route", "add", "default", "via", "192.168.8.1", "dev", "lan1", "metric", "500");
        binder = newBinder();
        assertThat(binder.status().interface4()).contains("lan0");
        ServerSocket server = router.call(() -> new ServerSocket(0, 8, FAR));
        InetSocketAddress there = new InetSocketAddress(FAR, server.getLocalPort());
        EgressOptions wanted = new EgressOptions(
                Optional.of("lan1"), Optional.of(InetAddress.ofLiteral("192.168.8.3")), OptionalInt.of(0x77));
        Channel channel =
                dial(there, wanted, new ChannelInboundHandlerAdapter()).sync().channel();
        String sockets = host.exec("ss", "-Htne");
        System.out.print(sockets);
        assertThat(sockets).contains("192.168.8.3", "%lan1", "fwmark:0x77").doesNotContain("fwmark:0x536c");
        channel.close().sync();

        EgressOptions onlyMark = new EgressOptions(Optional.empty(), Optional.empty(), OptionalInt.of(0x77));
        Channel marked =
                dial(there, onlyMark, new ChannelInboundHandlerAdapter()).sync().channel();
        assertThat(host.exec("ss", "-Htne"))
                .as("another mark is bound all the more")
                .contains("%lan0", "fwmark:0x77");
        marked.close().sync();

        for (EgressOptions impossible : List.of(
                new EgressOptions(Optional.of("lan9"), Optional.empty(), OptionalInt.empty()),
                new EgressOptions(
                        Optional.empty(), Optional.of(InetAddress.ofLiteral("192.168.8.99")), OptionalInt.empty()))) {
            EpollSocketChannel refused = new EpollSocketChannel();
            loops.register(refused).sync();
            assertThatThrownBy(() -> binder.bind(refused, FAR, impossible)).isInstanceOf(EgressException.class);
            refused.close().sync();
        }
        server.close();
    }

    /** The last handler of a channel, as a flow has one: what ended it. */
    private static final class Ending extends ChannelInboundHandlerAdapter {

        final CompletableFuture<Throwable> cause = new CompletableFuture<>();

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
            cause.complete(thrown);
        }
    }

    @Test
    void networkChanged_addressGone_onlyItsConnectionsEnd() throws Exception {
        host.link("lan1", "192.168.8.2/24", router, "lan1", "192.168.8.1/24");
        binder = newBinder();
        assertThat(binder.status().interface4()).contains("lan0");
        ServerSocket server = router.call(() -> new ServerSocket(0, 8, FAR));
        ServerSocket near = router.call(() -> new ServerSocket(0, 8, InetAddress.ofLiteral("192.168.8.1")));
        Ending farEnding = new Ending();
        Ending nearEnding = new Ending();
        Channel far = dial(new InetSocketAddress(FAR, server.getLocalPort()), EgressOptions.NONE, farEnding)
                .sync()
                .channel();
        Channel other = dial((InetSocketAddress) near.getLocalSocketAddress(), EgressOptions.NONE, nearEnding)
                .sync()
                .channel();
        binder.own(far);
        binder.own(other);
        HostInterface lan0 = interfaceOf("lan0", "192.168.7.77/24");
        HostInterface lan1 = interfaceOf("lan1", "192.168.8.2/24");
        NetworkState after = new NetworkState(
                Instant.now().plusSeconds(1),
                NetworkState.Source.ANNOUNCED,
                List.of(lan0, lan1),
                Optional.of(new DefaultRoute("lan0", lan0.index(), Optional.empty(), 0)),
                Optional.empty(),
                false);
        binder.networkChanged(new NetworkChange(NetworkState.UNKNOWN, after, Duration.ZERO));

        Throwable cause = farEnding.cause.get(30, TimeUnit.SECONDS);
        assertThat(cause)
                .isInstanceOfSatisfying(
                        ConnectException.class, e -> assertThat(e.reason()).isEqualTo(CloseReason.EGRESS_LOST));
        assertThat(cause).hasMessage("the address 192.168.7.2 is gone");
        assertThat(far.closeFuture().await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(other.isActive()).isTrue();
        assertThat(nearEnding.cause).isNotDone();
        other.close().sync();
        server.close();
        near.close();
    }

    private HostInterface interfaceOf(String name, String address) throws Exception {
        int index = host.call(() -> NetworkInterface.getByName(name).getIndex());
        return new HostInterface(name, index, true, 1500, false, List.of(IpPrefix.parse(address)));
    }

    /** Whatever ends the thread that listens, it is told. */
    @Test
    void netlinkWatch_listenerThrows_lostIsTold() throws Exception {
        for (Throwable thrown : List.of(new IllegalStateException("a test"), new StackOverflowError("a test"))) {
            CompletableFuture<Throwable> lost = new CompletableFuture<>();
            NetlinkWatch watch = host.call(() -> NetlinkWatch.open("test", new NetlinkWatch.Listener() {
                @Override
                public void announced(Set<Topic> topics) {
                    switch (thrown) {
                        case RuntimeException e -> throw e;
                        case Error e -> throw e;
                        default -> throw new AssertionError(thrown);
                    }
                }

                @Override
                public void lost(Throwable cause) {
                    lost.complete(cause);
                }
            }));
            host.exec("ip", "link", "set", "lan0", "mtu", thrown instanceof Error ? "1400" : "1300");
            assertThat(lost.get(30, TimeUnit.SECONDS)).isSameAs(thrown);
            watch.close();
        }
    }

    @Test
    void view_othersRules_notDecided() throws Exception {
        NetworkView before = host.call(() -> HostView.read(0x536c));
        assertThat(before.decided()).isTrue();
        host.exec("ip", "rule", "add", "from", "10.9.9.9", "lookup", "77");
        assertThat(host.call(() -> HostView.read(0x536c)).decided()).isFalse();
    }

    @Test
    void status_withoutRights_saysSoAndStillWorks() throws Exception {
        Path output = Files.createTempFile("sluice-egress", ".out");
        Process child = host.start(
                output,
                "setpriv",
                "--bounding-set=-net_admin,-net_raw",
                "--inh-caps=-net_admin,-net_raw",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                WithoutRights.class.getName());
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(output);
        System.out.print(text.lines()
                .filter(line -> line.contains("EgressStatus") || line.contains("dial"))
                .toList());
        Files.delete(output);
        assertThat(text).contains("mark=0", "interface4=Optional[lan0]", "needs CAP_NET_ADMIN", "dialled");
    }

    /** Run in a process without CAP_NET_ADMIN and CAP_NET_RAW. */
    static final class WithoutRights {

        public static void main(String[] args) throws Exception {
            HostEgressBinder binder = new HostEgressBinder(new LinuxEgressBackend(), new Settings("auto", 0x536c));
            EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
            try (ServerSocket server = new ServerSocket(0, 8, InetAddress.ofLiteral("192.168.7.2"))) {
                EpollSocketChannel channel = new EpollSocketChannel();
                loops.register(channel).sync();
                binder.bind(channel, InetAddress.ofLiteral("203.0.113.1"));
                EpollSocketChannel local = new EpollSocketChannel();
                loops.register(local).sync();
                binder.bind(local, server.getInetAddress());
                local.connect(server.getLocalSocketAddress()).sync();
                System.out.println("dialled " + local.remoteAddress());
            }
            System.out.println(binder.status());
            System.exit(0);
        }
    }
}

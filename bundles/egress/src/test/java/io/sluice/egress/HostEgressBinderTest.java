package io.sluice.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.sluice.api.net.IpPrefix;
import io.sluice.egress.spi.EgressBackend;
import io.sluice.egress.spi.NetworkView;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class HostEgressBinderTest {

    @Test
    void isOwn_datagramSocket_noStreamFromTheSamePort() throws Exception {
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            HostEgressBinder binder = new HostEgressBinder(new QuietHost(), new Settings());
            Channel socket = new NioDatagramChannel();
            socket.pipeline().addLast(new ChannelInboundHandlerAdapter());
            loops.register(socket).sync();
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sync();
            binder.own(socket);
            InetSocketAddress endpoint = (InetSocketAddress) socket.localAddress();
            assertThat(binder.isOwn(endpoint, true)).isTrue();
            assertThat(binder.isOwn(endpoint)).isTrue();
            assertThat(binder.isOwn(endpoint, false))
                    .as("TCP numbers its ports apart")
                    .isFalse();
            socket.close().sync();
            assertThat(binder.isOwn(endpoint)).isFalse();
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void isHostAddress_everyOneOfTheView() throws Exception {
        HostEgressBinder binder = new HostEgressBinder(new QuietHost(), new Settings());
        assertThat(binder.isHostAddress(InetAddress.ofLiteral("127.0.0.7"))).isTrue();
        assertThat(binder.isHostAddress(InetAddress.ofLiteral("::1"))).isTrue();
        assertThat(binder.isHostAddress(QuietHost.SECOND)).isTrue();
        assertThat(binder.isHostAddress(InetAddress.ofLiteral("198.51.100.7"))).isTrue();
        assertThat(binder.isHostAddress(InetAddress.ofLiteral("192.0.2.9"))).isFalse();
    }

    /** A reading that fails, in whatever part, changes nothing; the next one is taken. */
    @Test
    void view_cannotBeRead_lastOneIsKept() throws Exception {
        AtomicReference<NetworkView> view = new AtomicReference<>(QuietHost.VIEW);
        AtomicReference<BooleanSupplier> changed = new AtomicReference<>();
        HostEgressBinder binder = new HostEgressBinder(
                new QuietHost() {
                    @Override
                    public NetworkView view(int mark) throws IOException {
                        if (view.get() == null) {
                            throw new IOException("the tables changed");
                        }
                        return view.get();
                    }

                    @Override
                    public Watch watch(BooleanSupplier listener) {
                        changed.set(listener);
                        return () -> {};
                    }
                },
                new Settings());
        InetAddress routed = InetAddress.ofLiteral("198.51.100.7");
        EmbeddedChannel socket = new At(QuietHost.SECOND);
        binder.bind(socket, null);
        binder.own(socket);
        view.set(null);
        assertThat(changed.get().getAsBoolean()).isFalse();
        assertThat(binder.isHostAddress(routed)).isTrue();
        view.set(new NetworkView(List.of(), Set.of(), List.of(), List.of(), List.of(), Map.of(), Set.of(), true));
        assertThat(changed.get().getAsBoolean()).isTrue();
        assertThat(binder.isHostAddress(routed)).isFalse();
        assertThat(socket.isOpen()).isTrue();
        socket.advanceTimeBy(2_100, TimeUnit.MILLISECONDS);
        socket.runScheduledPendingTasks();
        assertThat(socket.isOpen()).as("its address is gone").isFalse();
    }

    /** A stream with a local address. */
    private static final class At extends EmbeddedChannel {

        private final InetAddress local;

        At(InetAddress local) {
            this.local = local;
            freezeTime();
        }

        @Override
        protected SocketAddress localAddress0() {
            return new InetSocketAddress(local, 4_000);
        }
    }

    private record Settings() implements HostEgressBinder.Config {

        @Override
        public String $interface() {
            return "auto";
        }

        @Override
        public int mark() {
            return 1;
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return HostEgressBinder.Config.class;
        }
    }

    private static class QuietHost implements EgressBackend {
        static final InetAddress SECOND = InetAddress.ofLiteral("192.0.2.10");
        static final NetworkView VIEW = new NetworkView(
                List.of(),
                Set.of(SECOND),
                List.of(IpPrefix.parse("198.51.100.0/24")),
                List.of(),
                List.of(),
                Map.of(),
                Set.of(),
                true);

        @Override
        public Optional<String> markLimitation() {
            return Optional.empty();
        }

        @Override
        public void mark(Channel channel, int mark) {}

        @Override
        public boolean bind(Channel channel, String device) {
            return true;
        }

        @Override
        public NetworkView view(int mark) throws IOException {
            assertThat(mark).isEqualTo(new Settings().mark());
            return VIEW;
        }

        @Override
        public Watch watch(BooleanSupplier changed) {
            return () -> {};
        }
    }
}

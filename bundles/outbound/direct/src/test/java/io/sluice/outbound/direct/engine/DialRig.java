package io.sluice.outbound.direct.engine;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressException;
import io.sluice.api.egress.EgressOptions;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.dialer.AddressPreference;
import io.sluice.dialer.SocketSettings;
import io.sluice.loop.NettyEventLoops;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** One loop, a binder that writes down what it bound, and a dialler. */
final class DialRig implements AutoCloseable {

    static final InetAddress LOCAL = InetAddress.ofLiteral("127.0.0.1");

    final RecordingBinder binder = new RecordingBinder();
    final EventLoop loop;
    final DirectDialer dialer;
    final NettyEventLoops loops;
    volatile boolean binderPresent = true;

    DialRig(boolean epoll, AddressPreference preference, InetSocketAddress... nameservers) {
        this(epoll, preference, FinalRules.NONE, nameservers);
    }

    DialRig(boolean epoll, AddressPreference preference, FinalRules rules, InetSocketAddress... nameservers) {
        loops = epoll ? NettyEventLoops.open(1) : NettyEventLoops.openNio(1);
        loop = loops.next();
        dialer = new DirectDialer(
                loops,
                new DirectSettings(SocketSettings.of(preference, EgressOptions.NONE), List.of(nameservers), rules),
                () -> binderPresent ? binder : null);
    }

    DialRig(boolean epoll) {
        this(epoll, AddressPreference.IPV6_FIRST);
    }

    OpenRequest request(Network network, InetSocketAddress destination, Duration timeout) {
        return request(
                new FlowSource(network, "in", new InetSocketAddress(LOCAL, 4_000), destination, Optional.empty()),
                timeout);
    }

    OpenRequest request(FlowSource source, Duration timeout) {
        return new OpenRequest(1, source, source.destination(), loop, timeout);
    }

    <T> T onLoop(Callable<T> task) throws Exception {
        return loop.submit(task).get(30, TimeUnit.SECONDS);
    }

    static void await(Supplier<Boolean> condition, Supplier<String> state) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.get()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within 30 s; " + state.get());
            }
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() throws Exception {
        dialer.close();
        loops.close(Duration.ofSeconds(2));
    }

    /** Writes down destinations; refuses where it is told to. */
    static final class RecordingBinder implements EgressBinder {

        final List<String> bound = new CopyOnWriteArrayList<>();
        final List<InetSocketAddress> owned = new CopyOnWriteArrayList<>();
        volatile boolean refuses;
        volatile InetAddress unrouted;

        @Override
        public void bind(Channel channel, InetAddress destination) throws EgressException {
            if (refuses || destination != null && destination.equals(unrouted)) {
                throw new EgressException("no interface for " + destination);
            }
            if (!channel.isRegistered() || channel.localAddress() instanceof InetSocketAddress a && a.getPort() != 0) {
                throw new IllegalStateException("bound too early or too late: " + channel);
            }
            bound.add(destination == null ? "any" : destination.getHostAddress());
        }

        @Override
        public void own(Channel channel) {
            owned.add((InetSocketAddress) channel.localAddress());
        }

        @Override
        public boolean isOwn(InetSocketAddress source) {
            return owned.contains(source);
        }

        @Override
        public boolean isHostAddress(InetAddress address) {
            return address.isLoopbackAddress();
        }

        @Override
        public EgressStatus status() {
            return new EgressStatus(0, Optional.empty(), Optional.empty(), Optional.empty());
        }
    }
}

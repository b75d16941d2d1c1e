package io.sluice.dialer;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressException;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.api.transport.DialRequest;
import io.sluice.dialer.failure.NameFailures;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One stream being opened.
 *
 * <p>States: name → resolve → addresses in order, without those that are refused; address → bind to the egress, connect; failed → the next address at once; no answer for the
 * attempt delay → the next address beside it (RFC 8305 §5), unless as many as may be are under way; first connected → done, the others are
 * closed; none left → the most telling failure; deadline → CONNECT_TIMEOUT; cancelled → all are closed. Loop thread only.
 */
final class TcpDial {

    private final TcpConnector connector;
    private final InetSocketAddress destination;
    private final AddressMemory memory;
    private final Consumer<SocketChannel> early;
    private final AddressFilter filter;
    private final Duration timeLeft;
    private final EventLoop loop;
    private final Promise<ByteStream> result;
    private final List<SocketChannel> attempts = new ArrayList<>(2);
    private List<InetSocketAddress> addresses = List.of();
    private int next;
    private int pending;
    private ConnectException failure;
    private Future<?> timeout;
    private Future<?> delay;

    TcpDial(
            TcpConnector connector,
            InetSocketAddress destination,
            DialRequest request,
            AddressMemory memory,
            Consumer<SocketChannel> early,
            AddressFilter filter) {
        this.connector = connector;
        this.destination = destination;
        this.memory = memory;
        this.early = early;
        this.filter = filter;
        this.timeLeft = request.remaining();
        this.loop = request.eventLoop();
        this.result = loop.newPromise();
    }

    Future<ByteStream> start() {
        if (connector.binder() == null) {
            fail(new ConnectException(CloseReason.EGRESS_UNAVAILABLE, TcpConnector.NO_BINDER));
            return result;
        }
        timeout = loop.schedule(this::timedOut, timeLeft.toNanos(), TimeUnit.NANOSECONDS);
        result.addListener(done -> {
            if (done.isCancelled()) {
                stop(null);
            }
        });
        if (destination.isUnresolved()) {
            connector.names().resolve(destination.getHostString(), loop).addListener(this::resolved);
        } else {
            dial(List.of(destination));
        }
        return result;
    }

    private void resolved(Future<? super List<InetAddress>> names) {
        if (result.isDone()) {
            return;
        }
        if (!names.isSuccess()) {
            connector.counters().namesFailed.increment();
            fail(new ConnectException(
                    CloseReason.RESOLVE_FAILED,
                    "the name " + destination.getHostString() + " could not be resolved: "
                            + NameFailures.why(names.cause()),
                    names.cause()));
            return;
        }
        connector.counters().namesResolved.increment();
        @SuppressWarnings("unchecked")
        List<InetAddress> found = (List<InetAddress>) names.getNow();
        int port = destination.getPort();
        SocketSettings settings = connector.settings();
        dial(memory.order(settings.preference().order(found, settings.firstFamily())).stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList());
    }

    private void dial(List<InetSocketAddress> candidates) {
        addresses = candidates.stream().filter(this::mayBeDialled).toList();
        attempt();
    }

    private boolean mayBeDialled(InetSocketAddress address) {
        Optional<String> refusal = filter.refusal(address);
        refusal.ifPresent(why -> failure = new ConnectException(CloseReason.POLICY_REJECTED, why));
        return refusal.isEmpty();
    }

    /** Tries the next address; the one after it follows at failure or after the delay. */
    private void attempt() {
        if (result.isDone()) {
            return;
        }
        if (next >= addresses.size()) {
            if (pending == 0) {
                fail(
                        failure != null
                                ? failure
                                : new ConnectException(
                                        CloseReason.RESOLVE_FAILED,
                                        "the name " + destination.getHostString() + " has no usable address"));
            }
            return;
        }
        InetSocketAddress address = addresses.get(next++);
        pending++;
        connector.counters().connectAttempts.increment();
        try {
            connect(address);
        } catch (RuntimeException e) {
            failed(address, e);
            return;
        }
        if (next < addresses.size() && !result.isDone()) {
            if (delay != null) {
                delay.cancel(false);
            }
            delay = loop.schedule(
                    this::attemptBeside, connector.settings().attemptDelay().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void attemptBeside() {
        if (pending < connector.settings().attempts()) {
            attempt();
        }
    }

    private void connect(InetSocketAddress address) {
        SocketChannel channel = connector.loops().newStream(address.getAddress());
        configure(channel);
        attempts.add(channel);
        loop.register(channel).addListener(registered -> {
            if (!registered.isSuccess()) {
                failed(address, registered.cause());
                return;
            }
            EgressBinder binder = connector.binder();
            ChannelFuture connecting;
            try {
                if (binder == null) {
                    throw new EgressException(TcpConnector.NO_BINDER);
                }
                binder.bind(channel, address.getAddress(), connector.settings().egress());
                connector.loops().configure(channel, connector.settings().tcp());
                fastOpen(channel);
                connecting = channel.connect(address);
            } catch (EgressException | RuntimeException e) {
                channel.close();
                failed(address, e);
                return;
            }
            // With epoll the local port is known by now, and the SYN may come back before its answer does.
            boolean owned = channel.localAddress() != null;
            if (owned) {
                binder.own(channel);
            }
            connecting.addListener(done -> {
                if (done.isSuccess()) {
                    if (!owned) {
                        binder.own(channel);
                    }
                    succeeded(channel);
                } else {
                    channel.close();
                    failed(address, done.cause());
                }
            });
        });
    }

    private void configure(SocketChannel channel) {
        channel.config().setOption(ChannelOption.AUTO_READ, false);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        // What is relayed was cut by its sender already; waiting for more (RFC 896) would add its delay a second time.
        // So
        // TCP_NODELAY stays on, which is Netty's default for every TCP socket; setting it again is a system call.
        channel.config().setOption(ChannelOption.RECVBUF_ALLOCATOR, StreamReads.ALLOCATOR);
        // The time-out of the whole attempt is ours.
        channel.config().setConnectTimeoutMillis(0);
    }

    /** With a cookie a socket counts as connected before anything has answered: a silent address would keep the others from being tried. */
    private void fastOpen(SocketChannel channel) {
        if (connector.settings().fastOpen() && addresses.size() == 1) {
            channel.config().setOption(ChannelOption.TCP_FASTOPEN_CONNECT, true);
            early.accept(channel);
        }
    }

    private void succeeded(SocketChannel channel) {
        if (result.isDone()) {
            channel.close();
            return;
        }
        if (!result.setUncancellable()) {
            channel.close(); // cancelled by another thread; the loop is about to hear of it
            return;
        }
        stop(channel);
        if (addresses.size() > 1) {
            memory.stands(channel.remoteAddress().getAddress());
        }
        connector.counters().streamsOpened.increment();
        result.setSuccess(connector.loops().stream(channel));
    }

    private void failed(InetSocketAddress address, Throwable cause) {
        pending--;
        if (!result.isDone()) {
            failure = ConnectFailures.better(failure, ConnectFailures.of(cause, address, "connecting to"));
            attempt();
        }
    }

    private void timedOut() {
        boolean resolving = destination.isUnresolved() && addresses.isEmpty();
        String what = resolving
                ? "the name " + destination.getHostString() + " could not be resolved"
                : "no answer from " + ConnectFailures.text(destination);
        fail(new ConnectException(
                CloseReason.CONNECT_TIMEOUT,
                what + " within " + timeLeft.toMillis() + " ms" + (resolving ? ": no name server answered" : "")));
    }

    private void fail(ConnectException cause) {
        // First the result: an attempt that is closed fails too, and would tell that it was closed. Another thread may
        // have cancelled it just now.
        if (!result.isDone() && result.setUncancellable()) {
            connector.counters().streamsFailed.increment();
            // Nothing is remembered of a host that a flow has chosen: it is where the flow wants to go, and no server
            // on the way.
            result.setFailure(memory == AddressMemory.NONE ? cause.blaming(Blame.DESTINATION) : cause);
            stop(null);
        }
    }

    /** Ends the timers and closes every attempt but one. */
    private void stop(SocketChannel winner) {
        if (timeout != null) {
            timeout.cancel(false);
        }
        if (delay != null) {
            delay.cancel(false);
        }
        for (SocketChannel channel : attempts) {
            if (channel != winner) {
                channel.close();
            }
        }
    }
}

package io.sluice.outbound.socks.engine;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.sluice.api.egress.EgressException;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.loop.TcpOptions;
import io.sluice.api.net.SystemErrors;
import io.sluice.api.outbound.ConnectException;
import io.sluice.dialer.StreamReads;
import io.sluice.dialer.failure.NameFailures;
import io.sluice.proxycodec.socks.Socks5Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One attempt: from the proxy's name to its reply, under one deadline.
 *
 * <p>Of a name's addresses the next is tried when one fails, and beside it when it does not answer (RFC 8305 §5); the first that stands is the one. Ends exactly once,
 * through {@link #succeed} or {@link #end}; whatever happens afterwards is ignored. On the request's loop.
 */
abstract class Dial {

    private final EventLoop loop;
    private final Duration timeout;
    private final int command;
    private final InetSocketAddress destination;
    private final boolean pipelined;
    private final ProxyConnector connector;

    /** RFC 8305 §8, Connection Attempt Delay, in milliseconds. */
    private static final long BESIDE_MILLIS = 250;

    private Phase phase = Phase.RESOLVE;
    private List<InetSocketAddress> addresses = List.of();
    private int next;
    private final List<SocketChannel> pending = new ArrayList<>(1);
    private Optional<ScheduledFuture<?>> beside = Optional.empty();
    private Optional<Failed> failed = Optional.empty();
    private SocketChannel channel;
    private ScheduledFuture<?> deadline;
    private boolean over;

    /** Why an address was of no use. */
    private record Failed(CloseReason reason, String sentence) {}

    Dial(
            ProxyConnector connector,
            EventLoop loop,
            Duration timeout,
            int command,
            InetSocketAddress destination,
            boolean pipelined) {
        this.connector = connector;
        this.loop = loop;
        this.timeout = timeout;
        this.command = command;
        this.destination = destination;
        this.pipelined = pipelined;
    }

    /** The proxy said yes. The channel stands, AUTO_READ off, early bytes kept; the attempt is not over before {@link #finish}. */
    abstract void succeed(SocketChannel channel, InetSocketAddress bound);

    /** The attempt failed; its channel is closed already. */
    abstract void end(ConnectException failure);

    final void start() {
        deadline = loop.schedule(this::timedOut, timeout.toNanos(), TimeUnit.NANOSECONDS);
        InetSocketAddress proxy = connector.proxy().address();
        if (proxy.isUnresolved()) {
            connector.names().resolve(proxy.getHostString(), loop).addListener(this::resolved);
        } else {
            open(List.of(proxy));
        }
    }

    private void resolved(Future<? super List<InetAddress>> found) {
        if (!found.isSuccess()) {
            fail(CloseReason.RESOLVE_FAILED, "its name could not be resolved: " + NameFailures.why(found.cause()));
            return;
        }
        @SuppressWarnings("unchecked")
        List<InetAddress> all = (List<InetAddress>) found.getNow();
        open(connector.ordered(all));
    }

    private void open(List<InetSocketAddress> candidates) {
        if (!over) {
            phase = Phase.CONNECT;
            addresses = candidates;
            attempt();
        }
    }

    /** The next address; the one after it follows when it fails, or stands beside it after the delay. */
    private void attempt() {
        beside.ifPresent(timer -> timer.cancel(false));
        beside = Optional.empty();
        if (over || channel != null) {
            return;
        }
        if (next == addresses.size()) {
            if (pending.isEmpty()) {
                Failed why = failed.orElse(new Failed(CloseReason.RESOLVE_FAILED, "has no usable address"));
                fail(why.reason(), why.sentence());
            }
            return;
        }
        InetSocketAddress address = addresses.get(next++);
        SocketChannel opened;
        try {
            opened = connector.newStream(address.getAddress());
        } catch (RuntimeException e) {
            of(e);
            attempt();
            return;
        }
        pending.add(opened);
        if (next < addresses.size()) {
            beside = Optional.of(loop.schedule(this::attempt, BESIDE_MILLIS, TimeUnit.MILLISECONDS));
        }
        loop.register(opened).addListener((ChannelFuture registered) -> {
            if (registered.isSuccess()) {
                connect(opened, address);
            } else {
                failed(opened, registered.cause());
            }
        });
    }

    private void connect(SocketChannel opened, InetSocketAddress address) {
        if (!pending.contains(opened)) {
            opened.close();
            return;
        }
        Proxy proxy = connector.proxy();
        ChannelConfig config = opened.config();
        // TCP_NODELAY is on by itself: a default of Netty for every TCP socket.
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        config.setOption(ChannelOption.RECVBUF_ALLOCATOR, StreamReads.ALLOCATOR);
        // The deadline of the attempt covers this phase too.
        config.setConnectTimeoutMillis(0);
        // With a cookie a socket counts as connected before anything has answered: a silent address would keep the
        // others from being tried.
        if (proxy.fastOpen() && addresses.size() == 1) {
            config.setOption(ChannelOption.TCP_FASTOPEN_CONNECT, true);
        }
        try {
            connector.bind(opened, address.getAddress());
            // Nothing may ever move on it, as on an association's, and a proxy that vanished says nothing.
            connector.loops().configure(opened, TcpOptions.KEEP_ALIVE);
        } catch (EgressException | ChannelException e) {
            failed(opened, e);
            return;
        }
        opened.pipeline()
                .addLast(new ClientHandshake(proxy.credentials().orElse(null), command, destination, pipelined, this));
        opened.connect(address, proxy.local()).addListener((ChannelFuture connected) -> {
            if (!connected.isSuccess()) {
                failed(opened, connected.cause());
            }
        });
    }

    /** This address is of no use; not if another one stands already. */
    private void failed(SocketChannel opened, Throwable cause) {
        boolean mine = pending.remove(opened);
        opened.close();
        if (mine) {
            of(cause);
            attempt();
        }
    }

    /** The most telling failure is kept: that this host has no way there tells the least. */
    private void of(Throwable cause) {
        Failed now = cause instanceof EgressException
                ? new Failed(CloseReason.EGRESS_UNAVAILABLE, "cannot be dialled: " + cause.getMessage())
                : new Failed(
                        SocketFailure.reason(cause),
                        "failed while " + phase.doing() + ": " + SystemErrors.sentence(cause));
        if (failed.isEmpty()
                || failed.get().reason() == CloseReason.EGRESS_UNAVAILABLE
                || (failed.get().reason() == CloseReason.UNREACHABLE
                        && now.reason() != CloseReason.EGRESS_UNAVAILABLE)) {
            failed = Optional.of(now);
        }
    }

    /** Whether this is the connection of the attempt, and not one of those that came too late. */
    final boolean isOn(Channel connected) {
        return connected == channel;
    }

    /** TCP stands. The first connection is the one; the others are closed. */
    final void connected(Channel connected) {
        if (over || channel != null || !pending.remove(connected)) {
            connected.close();
            return;
        }
        channel = (SocketChannel) connected;
        closePending();
        phase = Phase.METHOD;
        if (addresses.size() > 1) {
            connector.stands(channel.remoteAddress().getAddress());
        }
        connector.own(channel);
    }

    private void closePending() {
        beside.ifPresent(timer -> timer.cancel(false));
        List<SocketChannel> late = List.copyOf(pending);
        pending.clear();
        late.forEach(Channel::close);
    }

    /** The proxy granted the request. */
    final void established(InetSocketAddress bound) {
        if (over) {
            channel.close();
            return;
        }
        succeed(channel, bound);
    }

    /** Success: the deadline is called off, and the channel is no longer ours. False if the attempt had ended before. */
    final boolean finish() {
        if (over) {
            return false;
        }
        over = true;
        deadline.cancel(false);
        closePending();
        return true;
    }

    /** Nobody wants the result any more. */
    final void cancel() {
        if (finish() && channel != null) {
            channel.close();
        }
    }

    final void refusedAuthentication(String sentence) {
        connector.counters().authFailures.increment();
        fail(CloseReason.PROXY_AUTH_FAILED, sentence);
    }

    /** The proxy answered the request, with something else than success. */
    void refused(int code) {
        Socks5Status status = Socks5Status.of(code);
        fail(ReplyReason.of(status), "replied %02X (%s)".formatted(code, status.sentence()));
    }

    final void malformed(String sentence) {
        connector.counters().malformedReplies.increment();
        fail(CloseReason.PROXY_FAILED, "does not speak SOCKS5: " + sentence);
    }

    final void hungUp() {
        unanswered();
        fail(CloseReason.PROXY_FAILED, "closed the connection while " + phase.doing());
    }

    private void timedOut() {
        connector.counters().timeouts.increment();
        unanswered();
        fail(
                CloseReason.CONNECT_TIMEOUT,
                "gave no answer within " + timeout.toMillis() + " ms, while " + phase.doing());
    }

    private void unanswered() {
        if (!over && pipelined && phase != Phase.CONNECT && phase != Phase.RESOLVE) {
            connector.pipelining().hadNoAnswer();
        }
    }

    /** Something was thrown. */
    final void broken(Throwable cause) {
        CloseReason reason = phase == Phase.CONNECT || phase == Phase.RELAY
                ? SocketFailure.reason(cause)
                : SocketFailure.isDescriptorsExhausted(cause) ? CloseReason.LIMIT_REACHED : CloseReason.PROXY_FAILED;
        fail(reason, "failed while " + phase.doing() + ": " + SystemErrors.sentence(cause));
    }

    final void fail(CloseReason reason, String sentence) {
        if (!finish()) {
            return;
        }
        if (channel != null) {
            channel.close();
        }
        end(new ConnectException(reason, connector.proxy() + " " + sentence + "; asked for " + task()));
    }

    /** What the proxy was asked for, as the end of a sentence. */
    String task() {
        return "a stream to " + Proxy.show(destination);
    }

    final void enter(Phase next) {
        phase = next;
    }

    final Phase phase() {
        return phase;
    }

    final EventLoop loop() {
        return loop;
    }

    final ProxyConnector connector() {
        return connector;
    }

    final InetSocketAddress destination() {
        return destination;
    }

    final boolean isPipelined() {
        return pipelined;
    }

    final Channel control() {
        return channel;
    }

    final boolean isOver() {
        return over;
    }
}

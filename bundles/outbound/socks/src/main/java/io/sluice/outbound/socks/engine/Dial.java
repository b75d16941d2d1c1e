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
import io.sluice.dialer.failure.NameFailures;
import io.sluice.proxycodec.socks.Socks5Status;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One attempt: from the proxy's name to its reply, under one deadline.
 *
 * <p>Ends exactly once, through {@link #succeed} or {@link #end}; whatever happens afterwards is ignored. On the request's loop.
 */
abstract class Dial {

    private final EventLoop loop;
    private final Duration timeout;
    private final int command;
    private final InetSocketAddress destination;
    private final boolean pipelined;
    private final ProxyConnector connector;

    private Phase phase = Phase.RESOLVE;
    private SocketChannel channel;
    private ScheduledFuture<?> deadline;
    private boolean over;

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
        Future<InetSocketAddress> address = connector.resolver().resolve(loop);
        if (address.isSuccess()) {
            open(address.getNow());
        } else {
            address.addListener(this::resolved);
        }
    }

    private void resolved(Future<? super InetSocketAddress> address) {
        if (address.isSuccess()) {
            open((InetSocketAddress) address.getNow());
        } else {
            fail(CloseReason.RESOLVE_FAILED, "its name could not be resolved: " + NameFailures.why(address.cause()));
        }
    }

    private void open(InetSocketAddress address) {
        if (over) {
            return;
        }
        phase = Phase.CONNECT;
        try {
            channel = connector.newStream(address.getAddress());
        } catch (RuntimeException e) {
            broken(e);
            return;
        }
        loop.register(channel).addListener((ChannelFuture registered) -> {
            if (registered.isSuccess()) {
                connect(address);
            } else {
                broken(registered.cause());
            }
        });
    }

    private void connect(InetSocketAddress address) {
        if (over) {
            channel.close();
            return;
        }
        Proxy proxy = connector.proxy();
        ChannelConfig config = channel.config();
        // TCP_NODELAY is on by itself: a default of Netty for every TCP socket.
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        // The deadline of the attempt covers this phase too.
        config.setConnectTimeoutMillis(0);
        if (proxy.fastOpen()) {
            config.setOption(ChannelOption.TCP_FASTOPEN_CONNECT, true);
        }
        try {
            connector.bind(channel, address.getAddress());
            // Nothing may ever move on it, as on an association's, and a proxy that vanished says nothing.
            connector.loops().configure(channel, TcpOptions.KEEP_ALIVE);
        } catch (EgressException e) {
            fail(CloseReason.EGRESS_UNAVAILABLE, "cannot be dialled: " + e.getMessage());
            return;
        } catch (ChannelException e) {
            broken(e);
            return;
        }
        channel.pipeline()
                .addLast(new ClientHandshake(proxy.credentials().orElse(null), command, destination, pipelined, this));
        channel.connect(address, proxy.local()).addListener((ChannelFuture connected) -> {
            if (!connected.isSuccess()) {
                broken(connected.cause());
            }
        });
    }

    /** TCP stands. */
    final void connected() {
        phase = Phase.METHOD;
        connector.own(channel);
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

package io.sluice.outbound.socks.engine;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.net.SystemErrors;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.DialRequest;
import io.sluice.dialer.ConnectFailures;
import io.sluice.proxycodec.socks.Socks5Status;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One attempt: a stream to the proxy, by whatever chain, and the conversation on it, under one deadline.
 *
 * <p>Ends exactly once, through {@link #succeed} or {@link #end}; whatever happens afterwards is ignored. On the request's loop.
 */
abstract class Dial implements FutureListener<ByteStream>, Consumer<SocketChannel> {

    private final ProxyConnector connector;
    private final DialRequest request;
    private final Duration timeout;
    private final InetSocketAddress destination;
    private final boolean pipelined;
    private final ClientHandshake handshake;

    private Phase phase = Phase.REACH;
    private Future<ByteStream> reaching;
    private ByteStream stream;
    private ScheduledFuture<?> deadline;
    private boolean over;

    Dial(
            ProxyConnector connector,
            DialRequest request,
            Duration timeout,
            int command,
            InetSocketAddress destination,
            boolean pipelined) {
        this.connector = connector;
        this.request = request;
        this.timeout = timeout;
        this.destination = destination;
        this.pipelined = pipelined;
        this.handshake = new ClientHandshake(
                connector.proxy().credentials().orElse(null), command, destination, pipelined, this);
    }

    static DialRequest dial(OpenRequest request) {
        return DialRequest.of(request.flowId(), request.eventLoop(), request.timeout());
    }

    /** The proxy said yes. The stream stands, AUTO_READ off, early bytes kept; the attempt is not over before {@link #finish}. */
    abstract void succeed(ByteStream stream, InetSocketAddress bound);

    /** The attempt failed; its stream is closed already. */
    abstract void end(ConnectException failure);

    final void start() {
        reaching = connector.chain().dial(request, this);
        reaching.addListener(this);
    }

    /** The socket is about to connect with fast open. */
    @Override
    public final void accept(SocketChannel connecting) {
        connecting.pipeline().addLast(handshake);
    }

    /** The stream to the proxy stands, or does not. */
    @Override
    public final void operationComplete(Future<ByteStream> reached) {
        if (!reached.isSuccess()) {
            unreachable(reached.cause());
            return;
        }
        ByteStream opened = reached.getNow();
        if (over) {
            opened.channel().close();
            return;
        }
        stream = opened;
        phase = Phase.METHOD;
        deadline =
                request.eventLoop().schedule(this::timedOut, request.remaining().toNanos(), TimeUnit.NANOSECONDS);
        handshake.begin(opened.channel());
    }

    private void unreachable(Throwable cause) {
        CloseReason reason = cause instanceof ConnectException known ? known.reason() : ConnectFailures.reason(cause);
        if (!over && reason == CloseReason.CONNECT_TIMEOUT) {
            connector.counters().timeouts.increment();
        }
        fail(reason, "cannot be reached: " + SystemErrors.sentence(cause));
    }

    /** Whether the conversation is on its way: the stream stands, and nobody has ended the attempt. */
    final boolean isTalking() {
        return stream != null && !over;
    }

    /** The proxy granted the request. */
    final void established(InetSocketAddress bound) {
        if (!over) {
            succeed(stream, bound);
        }
    }

    /** Success: the deadline is called off, and the stream is no longer ours. False if the attempt had ended before. */
    final boolean finish() {
        if (over) {
            return false;
        }
        over = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
        return true;
    }

    /** Nobody wants the result any more. */
    final void cancel() {
        if (finish()) {
            letGo();
        }
    }

    private void letGo() {
        if (stream != null) {
            stream.channel().close();
        } else if (reaching != null) {
            reaching.cancel(false);
        }
    }

    final void refusedAuthentication(String sentence) {
        connector.counters().authFailures.increment();
        fail(CloseReason.PROXY_AUTH_FAILED, sentence);
    }

    /** The proxy answered the request, with something else than success. */
    void refused(int code) {
        Socks5Status status = Socks5Status.of(code);
        failBeyond(ReplyReason.of(status), "replied %02X (%s)".formatted(code, status.sentence()));
    }

    final void malformed(String sentence) {
        connector.counters().malformedReplies.increment();
        fail(CloseReason.PROXY_FAILED, "does not speak SOCKS5: " + sentence, Blame.WAY);
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
        if (!over && phase == Phase.METHOD) {
            connector.chain().unanswered(stream);
        }
        if (!over && pipelined) {
            connector.pipelining().hadNoAnswer();
        }
    }

    /** Something was thrown; what a layer says of itself says it all. */
    final void broken(Throwable cause) {
        if (cause instanceof ConnectException known) {
            fail(known.reason(), "cannot be reached: " + known.getMessage());
            return;
        }
        CloseReason reason = phase == Phase.RELAY ? ConnectFailures.reason(cause) : CloseReason.PROXY_FAILED;
        fail(reason, "failed while " + phase.doing() + ": " + SystemErrors.sentence(cause));
    }

    final void fail(CloseReason reason, String sentence) {
        fail(reason, sentence, phase.blame());
    }

    private void failBeyond(CloseReason reason, String sentence) {
        fail(reason, sentence, Blame.DESTINATION);
    }

    private void fail(CloseReason reason, String sentence, Blame blame) {
        if (finish()) {
            letGo();
            end(new ConnectException(reason, connector.proxy() + " " + sentence + "; asked for " + task())
                    .blaming(blame));
        }
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
        return request.eventLoop();
    }

    final ProxyConnector connector() {
        return connector;
    }

    /** What of the time is left, for what is dialled besides. */
    final DialRequest request() {
        return request;
    }

    final Channel control() {
        return stream.channel();
    }

    final boolean isOver() {
        return over;
    }
}

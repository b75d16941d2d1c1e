package io.sluice.dialer.http2;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Last handler of a connection. Takes what is of no stream, ends the connection where it fails or the far side sends no more, and asks for a sign of life (PING) when
 * nothing came for a while; without one the connection is closed, and its streams with it.
 *
 * <p>A connection dies without a word where a host slept or a NAT forgot it. So a stream that begins behind a silence of {@link #QUIET} asks too, whether or not
 * idle connections are; while the answer is out for longer than {@link #ANSWER} further streams go by another connection.
 */
public final class ConnectionEnd extends ChannelInboundHandlerAdapter {

    /** Ours: shorter than any NAT's memory (RFC 5382 REQ-5), and longer than pauses between streams in use, for grpc-go's servers count pings without data. */
    static final Duration QUIET = Duration.ofSeconds(10);

    /** Two lost segments of a path that answers at once: RFC 6298 §2 begins with 1 s and doubles. */
    static final Duration ANSWER = Duration.ofSeconds(3);

    /** grpc-go's servers close a connection at the fourth ping without a frame of a stream from them in between (http2_server.go, maxPingStrikes). */
    static final int UNSERVED = 3;

    private final Duration idle;
    private final Duration patience;
    private final BooleanSupplier wanted;
    private final Consumer<Http2GoAwayFrame> onLeaving;
    private int streams = Integer.MAX_VALUE;
    private ScheduledFuture<?> timer;
    private ChannelHandlerContext context;
    private long lastRead;
    private boolean asked;
    private long askedAt;
    private int unserved;
    private boolean leaving;

    /**
     * @param idle after which a PING is sent; zero for never
     * @param patience how long its answer may take
     * @param wanted whether there is a reason to know
     */
    public ConnectionEnd(Duration idle, Duration patience, BooleanSupplier wanted) {
        this(idle, patience, wanted, _ -> {});
    }

    /** @param onLeaving told once when the far side takes no new streams any more; the frame is borrowed */
    ConnectionEnd(Duration idle, Duration patience, BooleanSupplier wanted, Consumer<Http2GoAwayFrame> onLeaving) {
        this.idle = idle;
        this.patience = patience;
        this.wanted = wanted;
        this.onLeaving = onLeaving;
    }

    /** The far side takes no new streams. */
    boolean isLeaving() {
        return leaving;
    }

    /** How many at a time it takes. */
    int streams() {
        return streams;
    }

    /** A stream is about to begin. On the connection's loop. */
    void beginning() {
        if (!asked && unserved < UNSERVED && silence() >= QUIET.toNanos()) {
            stopTimer();
            unserved++;
            ask();
        }
    }

    /** Somebody has to know whether it lives. On the connection's loop. */
    void askNow() {
        if (!asked) {
            stopTimer();
            ask();
        }
    }

    /** Whether anything has come since. On the connection's loop. */
    boolean isHeardSince(long nanos) {
        return lastRead - nanos > 0;
    }

    /** A frame of a stream has come. On the connection's loop. */
    void served() {
        unserved = 0;
    }

    /** It may have died: no stream should begin on it. */
    boolean isDoubtful() {
        return asked && now() - askedAt >= ANSWER.toNanos();
    }

    /** It may have died, and must not be asked any more: it is to be left. */
    boolean isSpent() {
        return !asked && unserved >= UNSERVED && silence() >= QUIET.toNanos();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        lastRead = now();
        if (!idle.isZero()) {
            schedule(idle.toNanos());
        }
    }

    private long now() {
        return context.executor().ticker().nanoTime();
    }

    private long silence() {
        return now() - lastRead;
    }

    private void schedule(long nanos) {
        timer = context.executor().schedule(this::check, nanos, TimeUnit.NANOSECONDS);
    }

    private void ask() {
        asked = true;
        askedAt = now();
        context.writeAndFlush(new DefaultHttp2PingFrame(0));
        schedule(patience.toNanos());
    }

    private void check() {
        if (asked && now() - askedAt >= patience.toNanos()) {
            context.close();
        } else if (asked) {
            schedule(patience.toNanos() - (now() - askedAt));
        } else if (!idle.isZero() && silence() >= idle.toNanos() && wanted.getAsBoolean()) {
            ask();
        } else if (!idle.isZero()) {
            schedule(Math.max(TimeUnit.SECONDS.toNanos(1), idle.toNanos() - silence()));
        }
    }

    /** Something came, on whichever stream. */
    void heard() {
        lastRead = now();
        asked = false;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        heard();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (frame instanceof Http2SettingsFrame settings && settings.settings().maxConcurrentStreams() != null) {
            streams = (int) Math.min(Integer.MAX_VALUE, settings.settings().maxConcurrentStreams());
        }
        if (frame instanceof Http2GoAwayFrame last && !leaving) {
            leaving = true;
            onLeaving.accept(last);
        }
        ReferenceCountUtil.release(frame);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.close(); // HTTP/2 has no use for half a connection
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stopTimer();
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}

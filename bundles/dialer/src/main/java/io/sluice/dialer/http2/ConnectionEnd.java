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

/**
 * Last handler of a connection. Takes what is of no stream, ends the connection where it fails or the far side sends no more, and asks for a sign of life (PING) when
 * nothing came for a while; without one the connection is closed, and its streams with it.
 */
public final class ConnectionEnd extends ChannelInboundHandlerAdapter {

    private final Duration idle;
    private final Duration patience;
    private final BooleanSupplier wanted;
    private final Runnable onLeaving;
    private int streams = Integer.MAX_VALUE;
    private ScheduledFuture<?> timer;
    private long lastRead;
    private boolean asked;
    private boolean leaving;

    /**
     * @param idle after which a PING is sent; zero for never
     * @param patience how long its answer may take
     * @param wanted whether there is a reason to know
     */
    public ConnectionEnd(Duration idle, Duration patience, BooleanSupplier wanted) {
        this(idle, patience, wanted, () -> {});
    }

    /** @param onLeaving told when the far side takes no new streams any more */
    ConnectionEnd(Duration idle, Duration patience, BooleanSupplier wanted, Runnable onLeaving) {
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

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        lastRead = ctx.executor().ticker().nanoTime();
        if (!idle.isZero()) {
            schedule(ctx, idle.toNanos());
        }
    }

    private void schedule(ChannelHandlerContext ctx, long nanos) {
        timer = ctx.executor().schedule(() -> check(ctx), nanos, TimeUnit.NANOSECONDS);
    }

    private void check(ChannelHandlerContext ctx) {
        long silent = ctx.executor().ticker().nanoTime() - lastRead;
        if (asked && silent >= patience.toNanos()) {
            ctx.close();
        } else if (silent >= idle.toNanos() && wanted.getAsBoolean()) {
            asked = true;
            ctx.writeAndFlush(new DefaultHttp2PingFrame(0));
            schedule(ctx, patience.toNanos());
        } else {
            schedule(ctx, Math.max(TimeUnit.SECONDS.toNanos(1), idle.toNanos() - silent));
        }
    }

    /** Something came, on whichever stream. */
    void heard(ChannelHandlerContext ctx) {
        lastRead = ctx.executor().ticker().nanoTime();
        asked = false;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        heard(ctx);
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (frame instanceof Http2SettingsFrame settings && settings.settings().maxConcurrentStreams() != null) {
            streams = (int) Math.min(Integer.MAX_VALUE, settings.settings().maxConcurrentStreams());
        }
        ReferenceCountUtil.release(frame);
        if (frame instanceof Http2GoAwayFrame && !leaving) {
            leaving = true;
            onLeaving.run();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.close(); // HTTP/2 has no use for half a connection
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}

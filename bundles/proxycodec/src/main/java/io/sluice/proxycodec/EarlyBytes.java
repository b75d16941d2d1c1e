package io.sluice.proxycodec;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;

/**
 * Stands where a handshake stood until the relay takes over: what came behind the handshake's last message waits here, and is
 * delivered by the first {@code read()}; then this handler leaves the pipeline.
 *
 * <p>A channel without AUTO_READ can bring bytes nevertheless: epoll reads once more when the far side shuts down, and a read that was under way
 * goes on. Those, and the FIN behind them, wait here too, in order. Bounded by what one such read brings; the kernel holds the rest.
 */
public final class EarlyBytes extends ChannelDuplexHandler {

    private final ArrayDeque<Object> held = new ArrayDeque<>(2);

    /**
     * @param bytes ownership passes; may be null or empty
     * @param inputShutdown the far side's FIN has been seen already
     */
    public EarlyBytes(ByteBuf bytes, boolean inputShutdown) {
        if (bytes != null && bytes.isReadable()) {
            held.add(bytes);
        } else if (bytes != null) {
            bytes.release();
        }
        if (inputShutdown) {
            held.add(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        held.add(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // Nothing was passed on, so nothing is complete.
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete) {
            held.add(event);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        if (held.isEmpty()) {
            ctx.pipeline().remove(this);
            ctx.read();
            return;
        }
        ArrayDeque<Object> now = new ArrayDeque<>(held);
        held.clear();
        ctx.pipeline().remove(this);
        boolean bytes = false;
        for (Object next = now.poll(); next != null; next = now.poll()) {
            if (next instanceof ByteBuf) {
                bytes = true;
                ctx.fireChannelRead(next);
            } else {
                bytes = complete(ctx, bytes);
                ctx.fireUserEventTriggered(next);
            }
        }
        complete(ctx, bytes);
        if (ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
    }

    private static boolean complete(ChannelHandlerContext ctx, boolean bytes) {
        if (bytes) {
            ctx.fireChannelReadComplete();
        }
        return false;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        for (Object next = held.poll(); next != null; next = held.poll()) {
            ReferenceCountUtil.release(next);
        }
    }
}

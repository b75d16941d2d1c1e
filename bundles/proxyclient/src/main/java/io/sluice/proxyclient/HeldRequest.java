package io.sluice.proxyclient;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.api.flow.ByteStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Holds a proxy's request back until the first payload, and sends both as one: a segment less, and a first flight whose size does not tell
 * that a request of so many octets is in it. A client that waits for the server to speak is not waited for longer than {@link #PATIENCE}.
 * Then this handler leaves the pipeline.
 */
final class HeldRequest extends ChannelOutboundHandlerAdapter {

    /** Ours: a client sends its first octets within a round trip of its network. (Xray waits 100 ms for Trojan, 500 ms for VLESS, and so delays SMTP and SSH by that.) */
    static final Duration PATIENCE = Duration.ofMillis(10);

    /** Up to here a payload is copied behind the request; a longer one is joined without. */
    private static final int COPIED = 4_096;

    private ByteBuf request;
    private ChannelHandlerContext context;
    private ScheduledFuture<?> patience;

    private HeldRequest(ByteBuf request) {
        this.request = request;
    }

    /** @param request ownership passes */
    static ByteStream on(ByteStream stream, ByteBuf request) {
        HeldRequest held = new HeldRequest(request);
        stream.channel().pipeline().addLast(held);
        return new Stream(stream, held);
    }

    /** The stream, whose FIN the request goes ahead of too. */
    private record Stream(ByteStream below, HeldRequest held) implements ByteStream {

        @Override
        public Channel channel() {
            return below.channel();
        }

        @Override
        public ChannelFuture shutdownOutput() {
            held.send();
            return below.shutdownOutput();
        }

        @Override
        public void reset() {
            below.reset();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        patience = ctx.executor().schedule(this::send, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Without a payload, unless it was sent. */
    private void send() {
        if (request != null) {
            context.writeAndFlush(leave(context), context.voidPromise());
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf payload && request != null) {
            ctx.write(join(ctx, leave(ctx), payload), promise);
        } else {
            ctx.write(message, promise);
        }
    }

    private ByteBuf leave(ChannelHandlerContext ctx) {
        ByteBuf first = request;
        request = null;
        ctx.pipeline().remove(this);
        return first;
    }

    private static ByteBuf join(ChannelHandlerContext ctx, ByteBuf first, ByteBuf payload) {
        if (payload.readableBytes() > COPIED) {
            return ctx.alloc().compositeBuffer(2).addComponent(true, first).addComponent(true, payload);
        }
        try {
            return first.writeBytes(payload);
        } finally {
            payload.release();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        patience.cancel(false);
        if (request != null) {
            request.release();
            request = null;
        }
    }
}

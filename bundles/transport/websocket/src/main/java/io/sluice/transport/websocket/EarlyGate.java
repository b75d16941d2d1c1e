package io.sluice.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * The end of the pipeline while early data is awaited: the first flush begins the handshake and gives it the first octets; everything else waits here
 * until the handshake is over. From the first flush on the channel is not writable, so what waits is bounded by what one writer writes in one go.
 */
final class EarlyGate extends ChannelDuplexHandler {

    /** Of Netty's 31 switches of writability that belong to handlers. */
    private static final int SWITCH = 7;

    private final int most;
    private final Consumer<byte[]> begin;
    private final Consumer<ChannelHandlerContext> cut;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(4);
    private boolean begun;
    private boolean asked;

    private record Waiting(ByteBuf octets, ChannelPromise promise) {}

    /**
     * @param most octets that the handshake takes
     * @param begin begins it
     * @param cut told if the far side ends before it has begun: nobody has said yet that this is the stream's end
     */
    EarlyGate(int most, Consumer<byte[]> begin, Consumer<ChannelHandlerContext> cut) {
        this.most = most;
        this.begin = begin;
        this.cut = cut;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        waiting.add(new Waiting((ByteBuf) message, promise));
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (begun || waiting.isEmpty()) {
            return;
        }
        begun = true;
        writable(ctx, false);
        begin.accept(first());
    }

    /** The first octets, which travel with the request. */
    private byte[] first() {
        int length = Math.min(
                most, waiting.stream().mapToInt(w -> w.octets().readableBytes()).sum());
        byte[] early = new byte[length];
        int at = 0;
        for (Waiting next = waiting.peek(); next != null && at < length; next = waiting.peek()) {
            int some = Math.min(length - at, next.octets().readableBytes());
            next.octets().readBytes(early, at, some);
            at += some;
            if (!next.octets().isReadable()) {
                waiting.poll();
                next.octets().release();
                next.promise().trySuccess();
            }
        }
        return early;
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        asked = true;
        ctx.read();
    }

    /** The handshake is over: what waits goes on, and this handler goes. The handshake took what was read so far, so who asked for some gets the next. */
    void open(ChannelHandlerContext ctx) {
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            ctx.write(next.octets(), next.promise());
        }
        writable(ctx, true);
        ctx.flush();
        ctx.pipeline().remove(this);
        if (asked) {
            ctx.read();
        }
    }

    private static void writable(ChannelHandlerContext ctx, boolean on) {
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        if (buffer != null) {
            buffer.setUserDefinedWritability(SWITCH, on);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        drop();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!begun && event instanceof ChannelInputShutdownEvent) {
            begun = true;
            cut.accept(ctx);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        drop();
        ctx.fireChannelInactive();
    }

    private void drop() {
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            next.octets().release();
            next.promise().tryFailure(new ClosedChannelException());
        }
    }
}

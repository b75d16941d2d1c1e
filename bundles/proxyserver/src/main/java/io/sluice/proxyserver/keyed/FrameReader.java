package io.sluice.proxyserver.keyed;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.ReceivedBytes;
import io.sluice.proxyserver.Door;
import java.io.IOException;

/** The last handler of a client's connection that carries frames: gathers them, and closes the connection with its last direction. */
abstract class FrameReader extends ChannelInboundHandlerAdapter {

    /** As a socket's send buffer: some dozens of datagrams. Ours: beyond it a datagram is late rather than sent. */
    private static final WriteBufferWaterMark QUEUE_LIMITS = new WriteBufferWaterMark(128 * 1024, 256 * 1024);

    private final Door door;
    private final ByteStream stream;
    private ByteBuf received;
    private boolean over;

    FrameReader(Door door, ByteStream stream) {
        this.door = door;
        this.stream = stream;
    }

    final void begin() {
        Channel channel = channel();
        channel.config().setWriteBufferWaterMark(QUEUE_LIMITS);
        channel.pipeline().addLast(this);
        channel.config().setAutoRead(true);
    }

    /** Takes whole frames off the front. May call {@link #end}. */
    abstract void take(ByteBuf in) throws MalformedMessageException;

    /** What one wake-up brought is over. */
    abstract void complete();

    /** The connection is closed, or about to be. */
    abstract void ended(CloseReason reason);

    final Door door() {
        return door;
    }

    final Channel channel() {
        return stream.channel();
    }

    /** Closes the connection. */
    final void end(CloseReason reason) {
        if (!over) {
            over = true;
            ended(reason);
            channel().close();
        }
    }

    final boolean isOver() {
        return over;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (over) {
            ((ByteBuf) message).release();
            return;
        }
        received = ReceivedBytes.join(ctx.alloc(), received, (ByteBuf) message);
        try {
            take(received);
        } catch (MalformedMessageException e) {
            door.counters().malformedDatagrams.increment();
            end(CloseReason.CLIENT_ABORTED);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        complete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            end(CloseReason.FINISHED);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(CloseReason.CLIENT_ABORTED);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (!(cause instanceof IOException)) {
            door.counters().internalErrors.increment();
            super.exceptionCaught(ctx, cause);
        }
        end(CloseReason.CLIENT_ABORTED);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (received != null) {
            received.release();
            received = null;
        }
    }
}

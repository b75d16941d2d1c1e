package io.sluice.transport.websocket;

import static io.sluice.transport.websocket.FrameReader.BINARY;
import static io.sluice.transport.websocket.FrameReader.CLOSE;
import static io.sluice.transport.websocket.FrameReader.PING;
import static io.sluice.transport.websocket.FrameReader.PONG;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Between octets and frames: each write is a binary message, the payload of every data frame is read, pings are answered, and sent every heartbeat.
 *
 * <p>Nothing is queued here; a pong or ping is left out while the channel is not writable.
 */
final class Frames extends ChannelDuplexHandler implements FrameReader.Sink {

    /** Up to here a server's payload is copied behind its header: two buffers cost more to write. As in Netty's encoder. */
    private static final int COPIED = 1_024;

    /** RFC 6455 §7.4.1. */
    private static final short NORMAL_CLOSURE = 1_000;

    /** How long a far side that reads nothing is waited for with the last word; as Netty does with TLS's. */
    private static final Duration FAREWELL = Duration.ofSeconds(3);

    private final boolean client;
    private final Duration heartbeat;
    private final FrameReader reader;
    private final FrameWriter writer;
    private ChannelHandlerContext context;
    private ScheduledFuture<?> beating;
    private boolean ended;
    private boolean closeSent;
    private boolean handedOn;

    /** @param heartbeat zero for none */
    Frames(boolean client, Duration heartbeat) {
        this.client = client;
        this.heartbeat = heartbeat;
        this.reader = new FrameReader(!client);
        this.writer = new FrameWriter(client);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        if (!heartbeat.isZero()) {
            beating = ctx.executor()
                    .scheduleAtFixedRate(
                            () -> beat(ctx), heartbeat.toNanos(), heartbeat.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (beating != null) {
            beating.cancel(false);
        }
    }

    private void beat(ChannelHandlerContext ctx) {
        if (!closeSent && ctx.channel().isWritable()) {
            ctx.writeAndFlush(control(PING, Unpooled.EMPTY_BUFFER));
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf octets && octets.isReadable())) {
            ctx.write(message, promise); // an empty write waits for those before it
            return;
        }
        int longest = writer.longest();
        boolean whole = false;
        try {
            while (octets.readableBytes() > longest) {
                writeFrame(ctx, octets, longest, ctx.newPromise());
            }
            writeFrame(ctx, octets, octets.readableBytes(), promise);
            whole = true;
        } finally {
            octets.release();
            if (!whole) {
                breakOff(ctx);
            }
        }
    }

    /** No memory for the rest of what is announced: a Close frame behind it would be taken for payload. */
    private void breakOff(ChannelHandlerContext ctx) {
        closeSent = true;
        ctx.close(ctx.newPromise());
    }

    private void writeFrame(ChannelHandlerContext ctx, ByteBuf octets, int length, ChannelPromise promise) {
        if (!client && length > COPIED) {
            ctx.write(writer.head(ctx.alloc(), BINARY, length));
            ctx.write(octets.readRetainedSlice(length), promise);
            return;
        }
        int begin = writer.beside(length);
        ByteBuf piece = writer.frame(ctx.alloc(), BINARY, octets, length, begin);
        for (int left = length - begin; left > 0; left -= piece.readableBytes()) {
            ctx.write(piece);
            piece = writer.rest(ctx.alloc(), octets, left);
        }
        ctx.write(piece, promise);
    }

    /** The payload stays the caller's. */
    private ByteBuf control(int opcode, ByteBuf payload) {
        int length = payload.readableBytes();
        return writer.frame(context.alloc(), opcode, payload, length, length);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf octets = (ByteBuf) message;
        try {
            if (!ended) {
                reader.read(octets, this);
            }
        } catch (IOException e) {
            exceptionCaught(ctx, e);
        } finally {
            octets.release();
        }
    }

    @Override
    public void data(ByteBuf octets) {
        if (ended) {
            octets.release(); // the one before was too much for whoever got it
        } else {
            handedOn = true;
            context.fireChannelRead(octets);
        }
    }

    @Override
    public void ping(ByteBuf payload) {
        if (!closeSent && context.channel().isWritable()) {
            context.writeAndFlush(control(PONG, payload));
        }
        payload.release();
    }

    @Override
    public void end() {
        ended = true;
        context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }

    /** Who reads by turns asks again when he got something: a header alone is nothing. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!handedOn && !ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
        handedOn = false;
        ctx.fireChannelReadComplete();
    }

    /** The end of what we send, behind everything written. */
    ChannelPromise sendClose(ChannelPromise promise) {
        if (closeSent) {
            promise.trySuccess();
        } else {
            closeSent = true;
            ByteBuf status = Unpooled.copyShort(NORMAL_CLOSURE);
            context.writeAndFlush(control(CLOSE, status), promise);
            status.release();
        }
        return promise;
    }

    /** Behind everything written, but not for ever: who reads nothing must not keep the socket by it. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (ctx.channel().isActive()) {
            ScheduledFuture<?> limit = ctx.executor()
                    .schedule(() -> ctx.close(ctx.newPromise()), FAREWELL.toNanos(), TimeUnit.NANOSECONDS);
            sendClose(ctx.newPromise()).addListener((ChannelFutureListener) sent -> {
                limit.cancel(false);
                ctx.close(promise);
            });
        } else {
            ctx.close(promise);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            cut(ctx);
        } else if (!(event instanceof ChannelInputShutdownReadComplete)) {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cut(ctx);
        ctx.fireChannelInactive();
    }

    private void cut(ChannelHandlerContext ctx) {
        if (!ended) {
            ended = true;
            ctx.fireExceptionCaught(new IOException("the connection ended without a Close frame of WebSocket"));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ended = true;
        ctx.fireExceptionCaught(cause);
    }
}

package io.sluice.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Between octets and frames: each write is a binary message, the payload of every data frame is read, pings are answered, and sent every heartbeat.
 *
 * <p>Nothing is queued here; a pong or ping is left out while the channel is not writable.
 */
final class Frames extends ChannelDuplexHandler {

    /** Octets of a frame that we send: the far side may decode it whole. As much as others read at once; ours. */
    private static final int LONGEST = 64 * 1024;

    /** How long a far side that reads nothing is waited for with the last word; as Netty does with TLS's. */
    private static final Duration FAREWELL = Duration.ofSeconds(3);

    private final Duration heartbeat;
    private ScheduledFuture<?> beating;
    private boolean ended;
    private boolean closeSent;

    /** @param heartbeat zero for none */
    Frames(Duration heartbeat) {
        this.heartbeat = heartbeat;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
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
            ctx.writeAndFlush(new PingWebSocketFrame(Unpooled.EMPTY_BUFFER));
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf octets && octets.isReadable()) {
            while (octets.readableBytes() > LONGEST) {
                ctx.write(new BinaryWebSocketFrame(octets.readRetainedSlice(LONGEST)));
            }
            ctx.write(new BinaryWebSocketFrame(octets), promise);
        } else {
            ctx.write(message, promise); // an empty write waits for those before it
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        WebSocketFrame frame = (WebSocketFrame) message;
        switch (frame) {
            case PingWebSocketFrame ping -> {
                if (!closeSent && ctx.channel().isWritable()) {
                    ctx.writeAndFlush(new PongWebSocketFrame(ping.content()));
                } else {
                    ping.release();
                }
            }
            case PongWebSocketFrame pong -> pong.release();
            case CloseWebSocketFrame close -> {
                close.release();
                if (!ended) {
                    ended = true;
                    ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
                }
            }
            default -> {
                if (ended) {
                    frame.release(); // RFC 6455 §5.5.1: nothing comes behind a Close
                } else {
                    ctx.fireChannelRead(frame.content());
                }
            }
        }
    }

    /** The end of what we send, behind everything written. */
    ChannelPromise sendClose(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (closeSent) {
            promise.trySuccess();
        } else {
            closeSent = true;
            ctx.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE), promise);
        }
        return promise;
    }

    /** Behind everything written, but not for ever: who reads nothing must not keep the socket by it. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (ctx.channel().isActive()) {
            ScheduledFuture<?> limit = ctx.executor()
                    .schedule(() -> ctx.close(ctx.newPromise()), FAREWELL.toNanos(), TimeUnit.NANOSECONDS);
            sendClose(ctx, ctx.newPromise()).addListener((ChannelFutureListener) sent -> {
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
        ctx.fireExceptionCaught(
                cause instanceof DecoderException
                        ? new IOException("a frame of WebSocket is malformed: " + cause.getMessage(), cause)
                        : cause);
    }
}

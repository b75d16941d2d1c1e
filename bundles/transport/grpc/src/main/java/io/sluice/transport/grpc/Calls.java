package io.sluice.transport.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;

/** Between octets and the frames of one call; what a half does with headers is its own. First handler of the call's channel. */
abstract class Calls extends ChannelDuplexHandler {

    /** Octets of one message's payload: gRPC takes messages of 4 MiB by default, and a proxy passes a message on when it is whole; ours. */
    private static final int LONGEST = 64 * 1024;

    private final MessageReader messages = new MessageReader();
    private ChannelFuture barrier;
    private boolean ended;

    /** Headers or trailers have come. */
    abstract void headers(ChannelHandlerContext ctx, Http2HeadersFrame frame);

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        switch (message) {
            case Http2HeadersFrame headers -> headers(ctx, headers);
            case Http2DataFrame data -> {
                boolean last = data.isEndStream();
                try {
                    if (!ended) {
                        messages.read(data.content(), ctx::fireChannelRead);
                    }
                } catch (MessageReader.Malformed e) {
                    abort(ctx, new IOException("gRPC: " + e.getMessage()));
                } finally {
                    data.release();
                }
                if (last) {
                    end(ctx);
                }
            }
            default -> ReferenceCountUtil.release(message);
        }
    }

    /** The far side's orderly end. */
    final void end(ChannelHandlerContext ctx) {
        if (!messages.isBetweenMessages()) {
            abort(ctx, new IOException("gRPC: the call ended within a message"));
        } else if (!ended) {
            ended = true;
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    /** Tells what went wrong, once, and resets the call. */
    final void abort(ChannelHandlerContext ctx, Exception cause) {
        if (!ended) {
            ended = true;
            ctx.fireExceptionCaught(cause);
            ctx.close();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf octets)) {
            ctx.write(message, promise);
            return;
        }
        while (octets.readableBytes() > LONGEST) {
            ctx.write(frame(ctx, octets.readRetainedSlice(LONGEST)));
        }
        if (octets.isReadable()) {
            barrier = null;
            ctx.write(frame(ctx, octets), promise);
        } else {
            octets.release();
            barrier(ctx, promise);
        }
    }

    /** An empty write waits for those before it: an empty frame does. Never two in a row, for that looks like a flood. */
    private void barrier(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (barrier == null) {
            barrier = ctx.write(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER));
        }
        barrier.addListener(written -> {
            if (written.isSuccess()) {
                promise.trySuccess();
            } else {
                promise.tryFailure(written.cause());
            }
        });
    }

    private static Http2DataFrame frame(ChannelHandlerContext ctx, ByteBuf payload) {
        int length = payload.readableBytes();
        ByteBuf head = ctx.alloc().buffer(16);
        int varint = length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : 3;
        head.writeByte(0).writeInt(1 + varint + length).writeByte(0x0a);
        for (int rest = length, i = 0; i < varint; i++, rest >>>= 7) {
            head.writeByte(i == varint - 1 ? rest : rest & 0x7f | 0x80);
        }
        return new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(head, payload));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            abort(ctx, new IOException("gRPC: the far side reset the call, code " + reset.errorCode()));
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!ended) {
            ended = true;
            ctx.fireExceptionCaught(new IOException("gRPC: the connection was closed within a call"));
        }
        ctx.fireChannelInactive();
    }
}

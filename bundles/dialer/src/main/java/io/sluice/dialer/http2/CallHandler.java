package io.sluice.dialer.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.sluice.api.net.SystemErrors;
import java.io.IOException;

/** Between octets and the frames of one stream; what headers mean, and whether octets are framed once more, is the protocol's. First handler of the stream's channel. */
public abstract class CallHandler extends ChannelDuplexHandler {

    /** Octets of one write that become one frame's content, before HTTP/2 cuts it by its own sizes; ours: what a relay reads at a time. */
    private static final int LONGEST = 64 * 1024;

    private final String protocol;
    private final String noun;
    private ChannelFuture barrier;
    private boolean ended;
    /** A server has said all it has to say and takes no more; what it said may still wait to be read. */
    private boolean dismissed;
    /** A server has said that it has not looked at the request. */
    private boolean unprocessed;

    /**
     * @param protocol what sentences begin with
     * @param noun what the protocol calls a stream
     */
    protected CallHandler(String protocol, String noun) {
        this.protocol = protocol;
        this.noun = noun;
    }

    /** Headers or trailers have come. */
    protected abstract void headers(ChannelHandlerContext ctx, Http2HeadersFrame frame);

    /**
     * Octets have come. What is passed on is owned by the taker.
     *
     * @param content borrowed
     * @throws IOException with a sentence, if they cannot be read; the stream is reset
     */
    protected abstract void data(ChannelHandlerContext ctx, ByteBuf content) throws IOException;

    /** One frame of octets to send; ownership passes. */
    protected Http2DataFrame frame(ChannelHandlerContext ctx, ByteBuf payload) {
        return new DefaultHttp2DataFrame(payload);
    }

    /** Whether the far side is a server. */
    protected boolean isClient() {
        return false;
    }

    /** RFC 9113 §8.7: the server has not looked at the request, so it may be made again, on another connection. */
    protected final boolean isUnprocessed() {
        return unprocessed;
    }

    /** Whether the far side may end here in order. */
    protected boolean isWhole() {
        return true;
    }

    /** The stream has failed, and is about to be closed. */
    protected void failed(ChannelHandlerContext ctx, Exception cause) {
        ctx.fireExceptionCaught(cause);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        switch (message) {
            case Http2HeadersFrame headers -> headers(ctx, headers);
            case Http2DataFrame data -> {
                boolean last = data.isEndStream();
                try {
                    if (!ended) {
                        data(ctx, data.content());
                    }
                } catch (IOException e) {
                    abort(ctx, new IOException(protocol + ": " + e.getMessage(), e));
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
    protected final void end(ChannelHandlerContext ctx) {
        if (!isWhole()) {
            abort(ctx, new IOException(protocol + ": the " + noun + " ended within a message"));
        } else if (!ended) {
            ended = true;
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    /** Tells what went wrong, once, and resets the stream. */
    protected final void abort(ChannelHandlerContext ctx, Exception cause) {
        if (!ended) {
            ended = true;
            failed(ctx, cause);
            ctx.close();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (dismissed) {
            ReferenceCountUtil.release(message);
            promise.trySuccess();
            return;
        }
        if (message instanceof Http2DataFrame last && last.isEndStream()) {
            ctx.write(last).addListener(written -> tell(written, promise));
            return;
        }
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
        barrier.addListener(written -> tell(written, promise));
    }

    private void tell(Future<?> written, ChannelPromise promise) {
        if (written.isSuccess() || dismissed) {
            promise.trySuccess();
        } else {
            promise.tryFailure(written.cause());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            unprocessed |= reset.errorCode() == Http2Error.REFUSED_STREAM.code();
            reset(ctx, reset.errorCode());
        } else {
            unprocessed |= event instanceof Http2GoAwayFrame;
            ctx.fireUserEventTriggered(event);
        }
    }

    /**
     * RFC 9113 §8.1: a server that has sent its whole answer may ask a client to stop sending by a reset with NO_ERROR, and the client must not throw the answer
     * away. Servers of gRPC do so at the end of every call. What came before it is read first, and the channel closes behind that; if the end of the stream is
     * not among it, it was an abort all the same.
     */
    private void reset(ChannelHandlerContext ctx, long code) {
        if (code == Http2Error.NO_ERROR.code() && isClient()) {
            dismissed = true;
            // A write that fails now must not close the channel, and take away what waits to be read.
            ctx.channel().config().setAutoClose(false);
        } else {
            abort(ctx, wasReset(code));
        }
    }

    private IOException wasReset(long code) {
        return new IOException(protocol + ": the far side reset the " + noun + ", code " + code);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!ended) {
            ended = true;
            failed(
                    ctx,
                    dismissed
                            ? wasReset(Http2Error.NO_ERROR.code())
                            : new IOException(protocol + ": the connection was closed within a " + noun));
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (dismissed && cause instanceof IOException) {
            return; // what was being written is not wanted any more
        }
        if (cause instanceof Http2Exception broken) {
            abort(
                    ctx,
                    new IOException(protocol + ": " + SystemErrors.clean(String.valueOf(broken.getMessage())), broken));
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }
}

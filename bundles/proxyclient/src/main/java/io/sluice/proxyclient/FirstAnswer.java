package io.sluice.proxyclient;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.net.SystemErrors;
import io.sluice.api.outbound.ConnectException;

/**
 * Waits for the first octet of a server, then leaves the pipeline. A protocol without a refusal has a server that does not know its client end the connection without
 * a word. So does one whose destination had nothing to say: then the end is passed on if this side had sent its own, and is told as a failure
 * otherwise.
 */
public class FirstAnswer extends ChannelInboundHandlerAdapter {

    private final String server;
    private final String silence;
    private boolean finished;
    private boolean over;

    /**
     * @param server what sentences begin with: kind and place
     * @param silence end of the sentence about one that ends without a word: what may be wrong
     */
    protected FirstAnswer(String server, String silence) {
        this.server = server;
        this.silence = silence;
    }

    /** Puts a handler on a stream, behind the protocol's codec, and gives the stream to go on with. */
    public static ByteStream on(ByteStream stream, String server, String silence) {
        return on(stream, new FirstAnswer(server, silence));
    }

    protected static ByteStream on(ByteStream stream, FirstAnswer handler) {
        stream.channel().pipeline().addLast(handler);
        return new Stream(stream, handler);
    }

    /** The stream, noting when this side has ended. */
    private record Stream(ByteStream below, FirstAnswer answer) implements ByteStream {

        @Override
        public Channel channel() {
            return below.channel();
        }

        @Override
        public ChannelFuture shutdownOutput() {
            answer.finished = true;
            return below.shutdownOutput();
        }

        @Override
        public void reset() {
            answer.finished = true;
            below.reset();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        leave(ctx);
        ctx.fireChannelRead(message);
    }

    /** The answer has come. */
    protected final void leave(ChannelHandlerContext ctx) {
        over = true;
        ctx.pipeline().remove(this);
    }

    /** The server has ended without a word. */
    protected void silent(ChannelHandlerContext ctx) {
        fail(ctx, silence);
    }

    /** Whether it has come, or a failure was told. */
    protected final boolean isOver() {
        return over;
    }

    /** @param predicate end of the sentence that begins with the server */
    protected final void fail(ChannelHandlerContext ctx, String predicate) {
        over = true;
        ctx.fireExceptionCaught(new ConnectException(CloseReason.PROXY_FAILED, server + " " + predicate));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !finished && !over) {
            silent(ctx);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!finished && !over) {
            silent(ctx);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (SystemErrors.isReset(cause) && !over) {
            silent(ctx);
        } else {
            over = true; // what a layer or codec says tells more
            ctx.fireExceptionCaught(cause);
        }
    }
}

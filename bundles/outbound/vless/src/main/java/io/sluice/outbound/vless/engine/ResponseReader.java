package io.sluice.outbound.vless.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.proxyclient.ClientCounters;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.ReceivedBytes;
import io.sluice.proxycodec.vless.Addons;
import io.sluice.proxycodec.vless.VlessResponse;

/**
 * Takes the response off the front of what comes back, then leaves the pipeline. The stream is the flow's already, so what is wrong is told as an
 * exception.
 *
 * <p>A server that does not know the id ends the connection without a word. So does one whose destination had nothing to say: then the FIN is
 * passed on if this side had sent its own, and is a failure otherwise.
 */
final class ResponseReader extends ChannelInboundHandlerAdapter {

    private final String server;
    private final ClientCounters counters;
    private ByteBuf received;
    private boolean finished;
    private boolean over;

    private ResponseReader(String server, ClientCounters counters) {
        this.server = server;
        this.counters = counters;
    }

    static ByteStream on(ByteStream stream, String server, ClientCounters counters) {
        ResponseReader reader = new ResponseReader(server, counters);
        stream.channel().pipeline().addLast(reader);
        return new Stream(stream, reader);
    }

    /** The stream, noting when this side has ended. */
    private record Stream(ByteStream below, ResponseReader reader) implements ByteStream {

        @Override
        public Channel channel() {
            return below.channel();
        }

        @Override
        public ChannelFuture shutdownOutput() {
            reader.finished = true;
            return below.shutdownOutput();
        }

        @Override
        public void reset() {
            below.reset();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (over) {
            ((ByteBuf) message).release();
            return;
        }
        received = ReceivedBytes.join(ctx.alloc(), received, (ByteBuf) message);
        try {
            Addons response = VlessResponse.read(received);
            if (response != null) {
                leave(ctx);
            }
        } catch (MalformedMessageException e) {
            fail(ctx, "does not speak VLESS: " + e.getMessage());
        }
    }

    private void leave(ChannelHandlerContext ctx) {
        over = true;
        ByteBuf payload = received;
        received = null;
        ctx.pipeline().remove(this);
        if (payload.isReadable()) {
            ctx.fireChannelRead(payload);
        } else {
            payload.release();
        }
    }

    private void fail(ChannelHandlerContext ctx, String sentence) {
        over = true;
        counters.malformedReplies.increment();
        ctx.fireExceptionCaught(
                new ConnectException(CloseReason.PROXY_FAILED, "VLESS server " + server + " " + sentence));
    }

    private void unanswered(ChannelHandlerContext ctx) {
        fail(
                ctx,
                "ended the connection without a response: it does not know the id, or the destination ended without a word");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !finished && !over) {
            unanswered(ctx);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!over && !finished) {
            unanswered(ctx);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (received != null) {
            received.release();
            received = null;
        }
    }
}

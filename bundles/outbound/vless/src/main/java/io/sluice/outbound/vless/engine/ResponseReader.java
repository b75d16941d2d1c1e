package io.sluice.outbound.vless.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.api.flow.ByteStream;
import io.sluice.proxyclient.ClientCounters;
import io.sluice.proxyclient.FirstAnswer;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.ReceivedBytes;
import io.sluice.proxycodec.vless.Addons;
import io.sluice.proxycodec.vless.VlessResponse;

/**
 * Takes the response off the front of what comes back, then leaves the pipeline. The stream is the flow's already, so what is wrong is told as an
 * exception.
 */
final class ResponseReader extends FirstAnswer {

    private final ClientCounters counters;
    private ByteBuf received;

    private ResponseReader(String server, ClientCounters counters) {
        super(
                "VLESS server " + server,
                "ended the connection without a response: it does not know the id, or the destination ended without a"
                        + " word");
        this.counters = counters;
    }

    static ByteStream on(ByteStream stream, String server, ClientCounters counters) {
        return on(stream, new ResponseReader(server, counters));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (isOver()) {
            ((ByteBuf) message).release();
            return;
        }
        received = ReceivedBytes.join(ctx.alloc(), received, (ByteBuf) message);
        try {
            Addons response = VlessResponse.read(received);
            if (response != null) {
                handOver(ctx);
            }
        } catch (MalformedMessageException e) {
            counters.malformedReplies.increment();
            fail(ctx, "does not speak VLESS: " + e.getMessage());
        }
    }

    /** It owed a response. */
    @Override
    protected void silent(ChannelHandlerContext ctx) {
        counters.malformedReplies.increment();
        super.silent(ctx);
    }

    private void handOver(ChannelHandlerContext ctx) {
        ByteBuf payload = received;
        received = null;
        leave(ctx);
        if (payload.isReadable()) {
            ctx.fireChannelRead(payload);
        } else {
            payload.release();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (received != null) {
            received.release();
            received = null;
        }
    }
}

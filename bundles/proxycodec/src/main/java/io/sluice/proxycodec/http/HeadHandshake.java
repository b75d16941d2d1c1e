package io.sluice.proxycodec.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.proxycodec.Handshake;

/** A handshake that waits for one head. */
public abstract class HeadHandshake extends Handshake {

    /** It has come; the handshake is over when this has called {@link #handOver} or closed the channel. */
    protected abstract void head(ChannelHandlerContext ctx, HttpHead head);

    /** What came is none; the channel is to be closed. */
    protected abstract void malformed(ChannelHandlerContext ctx, String why);

    @Override
    protected final void advance(ChannelHandlerContext ctx, ByteBuf in) {
        HttpHead head;
        try {
            head = HttpHead.read(in);
        } catch (MalformedHttpException e) {
            malformed(ctx, e.getMessage());
            return;
        }
        if (head != null) {
            head(ctx, head);
        }
    }
}

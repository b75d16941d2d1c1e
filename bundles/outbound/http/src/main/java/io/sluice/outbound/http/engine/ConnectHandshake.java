package io.sluice.outbound.http.engine;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.net.SystemErrors;
import io.sluice.dialer.layer.LayerAttempt;
import io.sluice.proxycodec.http.HeadHandshake;
import io.sluice.proxycodec.http.HttpHead;

/** Sends CONNECT and waits for the answer: 2xx, and the stream is the flow's (RFC 9110 §9.3.6: whatever Content-Length says); anything else ends the attempt. */
final class ConnectHandshake extends HeadHandshake {

    /** Go's net/http gives up behind as many; RFC 9110 §15.2 names no limit. */
    private static final int MOST_INTERIM = 5;

    private final String request;
    private final boolean named;
    private final ByteStream stream;
    private final LayerAttempt attempt;
    private final HttpCounters counters;
    private int interim;

    ConnectHandshake(String request, boolean named, ByteStream stream, LayerAttempt attempt, HttpCounters counters) {
        this.request = request;
        this.named = named;
        this.stream = stream;
        this.attempt = attempt;
        this.counters = counters;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), request), ctx.voidPromise());
        ctx.read();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!isOver()) {
            ctx.read();
        }
    }

    @Override
    protected void head(ChannelHandlerContext ctx, HttpHead answer) {
        int status = answer.status();
        if (ConnectAnswer.isTunnel(status)) {
            handOver(ctx);
            attempt.succeed(stream);
        } else if (ConnectAnswer.isInterim(status) && ++interim <= MOST_INTERIM) {
            resume(ctx);
        } else if (ConnectAnswer.isInterim(status)) {
            malformed(ctx, "it sent more than " + MOST_INTERIM + " interim answers");
        } else if (status < 0) {
            malformed(ctx, "its first line is no answer");
        } else {
            ConnectAnswer.refuse(attempt, counters, named, status, answer.start());
        }
    }

    @Override
    protected void malformed(ChannelHandlerContext ctx, String why) {
        counters.malformedReplies.increment();
        attempt.fail(CloseReason.PROXY_FAILED, "does not speak HTTP/1.1: " + why);
    }

    @Override
    protected void inputEnded(ChannelHandlerContext ctx) {
        attempt.fail(CloseReason.PROXY_FAILED, "closed the connection without an answer");
    }

    @Override
    protected void closed(ChannelHandlerContext ctx) {
        attempt.fail(CloseReason.PROXY_FAILED, "closed the connection without an answer");
    }

    @Override
    protected void failed(ChannelHandlerContext ctx, Throwable cause) {
        attempt.fail(CloseReason.PROXY_FAILED, "failed: " + SystemErrors.sentence(cause), cause);
    }
}

package io.sluice.outbound.http.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.concurrent.Ticker;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.net.SystemErrors;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.dialer.http2.CallHandler;
import io.sluice.dialer.http2.Http2Stream;
import io.sluice.dialer.layer.LayerAttempt;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * CONNECT as a stream of HTTP/2 (RFC 9113 §8.5): headers, their answer, and then DATA both ways. Ends the attempt with the answer.
 *
 * <p>A proxy is silent as long as the destination is. So after half of the time the connection is asked for a sign of life: if there is one, the destination is to blame at the
 * deadline.
 */
final class ConnectCall extends CallHandler {

    private static final int NO_STATUS = -1;

    /** The cause of an attempt that may be made again. */
    static final class Unprocessed extends IOException {

        private static final long serialVersionUID = 1L;

        Unprocessed(Exception cause) {
            super(cause.getMessage(), cause);
        }
    }

    private final Http2Headers request;
    private final boolean named;
    private final Http2Stream stream;
    private final LayerAttempt attempt;
    private final HttpCounters counters;
    private ScheduledFuture<?> asking;
    private boolean answered;
    private boolean open;

    ConnectCall(Http2Headers request, boolean named, Http2Stream stream, LayerAttempt attempt, HttpCounters counters) {
        super("CONNECT", "tunnel");
        this.request = request;
        this.named = named;
        this.stream = stream;
        this.attempt = attempt;
        this.counters = counters;
    }

    @Override
    protected boolean isClient() {
        return true;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        Ticker ticker = ctx.channel().eventLoop().ticker();
        asking = ctx.executor().schedule(() -> ask(ticker), attempt.timeLeft().toNanos() / 2, TimeUnit.NANOSECONDS);
        ctx.writeAndFlush(new DefaultHttp2HeadersFrame(request));
        ctx.read();
    }

    private void ask(Ticker ticker) {
        long now = ticker.nanoTime();
        attempt.silence(() -> stream.isHeardSince(now) ? Blame.DESTINATION : Blame.WAY);
        stream.ask();
    }

    private void answered() {
        answered = true;
        asking.cancel(false);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!answered && !attempt.isOver()) {
            ctx.read();
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    protected void headers(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
        if (answered) {
            if (frame.isEndStream()) {
                end(ctx); // trailers
            }
            return;
        }
        int status = status(frame);
        if (ConnectAnswer.isInterim(status)) {
            return;
        }
        answered();
        if (status == NO_STATUS) {
            counters.malformedReplies.increment();
            attempt.fail(CloseReason.PROXY_FAILED, "does not speak HTTP/2: its answer has no status");
        } else if (ConnectAnswer.isTunnel(status)) {
            open = true;
            attempt.succeed(stream);
            if (frame.isEndStream()) {
                end(ctx);
            }
        } else {
            ConnectAnswer.refuse(attempt, counters, named, status, "HTTP/2 " + status);
        }
    }

    private static int status(Http2HeadersFrame frame) {
        CharSequence status = frame.headers().status();
        return status != null && status.toString().matches("[1-5][0-9][0-9]")
                ? Integer.parseInt(status.toString())
                : NO_STATUS;
    }

    @Override
    protected void data(ChannelHandlerContext ctx, ByteBuf content) throws IOException {
        if (!answered) {
            throw new IOException("the proxy sent data before its answer");
        }
        if (content.isReadable()) {
            ctx.fireChannelRead(content.retainedSlice());
        }
    }

    @Override
    protected void failed(ChannelHandlerContext ctx, Exception cause) {
        if (open) {
            ctx.fireExceptionCaught(cause);
        } else if (!answered) { // behind a refusal there is nobody to be told of its end
            answered();
            attempt.fail(
                    CloseReason.PROXY_FAILED,
                    "failed: " + SystemErrors.sentence(cause),
                    isUnprocessed() ? new Unprocessed(cause) : cause);
        }
    }
}

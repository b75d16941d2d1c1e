package io.sluice.outbound.http.engine;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.dialer.layer.LayerAttempt;
import io.sluice.proxycodec.http.HeadHandshake;
import io.sluice.proxycodec.http.HttpHead;

/** Sends CONNECT and waits for the answer: 2xx, and the stream is the flow's (RFC 9110 §9.3.6: whatever Content-Length says); anything else ends the attempt. */
final class ConnectHandshake extends HeadHandshake {

    private final String request;
    private final boolean named;
    private final ByteStream stream;
    private final LayerAttempt attempt;
    private final HttpCounters counters;

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
        if (status >= 200 && status < 300) {
            handOver(ctx);
            attempt.succeed(stream);
        } else if (status >= 100 && status < 200) {
            resume(ctx); // RFC 9110 §15.2: an interim answer; the real one follows
        } else if (status == 407) {
            counters.authFailures.increment();
            attempt.fail(
                    CloseReason.PROXY_AUTH_FAILED,
                    named
                            ? "refused the configured user name and password"
                            : "wants credentials, and none are configured: set user and pass");
        } else if (status < 0) {
            malformed(ctx, "its first line is no answer");
        } else {
            attempt.fail(reason(status), "answered \"" + shown(answer.start()) + "\"");
        }
    }

    private static CloseReason reason(int status) {
        return switch (status) {
            case 403 -> CloseReason.POLICY_REJECTED;
            case 504 -> CloseReason.CONNECT_TIMEOUT;
            default -> CloseReason.PROXY_FAILED;
        };
    }

    private static String shown(String line) {
        String printable = line.replaceAll("[^ -~]", "?");
        return printable.length() > 60 ? printable.substring(0, 60) + "…" : printable;
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
        attempt.fail(CloseReason.PROXY_FAILED, "failed: " + cause.getMessage(), cause);
    }
}

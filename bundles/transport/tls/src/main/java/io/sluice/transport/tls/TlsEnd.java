package io.sluice.transport.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import javax.net.ssl.SSLException;

/**
 * Behind the TLS handler: tells the end of the stream. {@code close_notify} is the far side's orderly end; a FIN or a close without one is an abort,
 * since anybody on the way can cut a connection (RFC 8446 §6.1). What fails before the handshake is over is told by its future only; a FIN by
 * then ends it, for nothing can follow.
 */
final class TlsEnd extends ChannelInboundHandlerAdapter {

    private boolean standing;
    private boolean ended;

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        switch (event) {
            case SslCloseCompletionEvent close
            when close.isSuccess() -> {
                if (!ended) {
                    ended = true;
                    ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
                }
            }
            case ChannelInputShutdownEvent _ -> {
                if (standing) {
                    cut(ctx);
                } else {
                    ctx.close();
                }
            }
            case SslHandshakeCompletionEvent handshake -> standing = handshake.isSuccess();
            case SslCloseCompletionEvent _, ChannelInputShutdownReadComplete _ -> {}
            default -> ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cut(ctx);
        ctx.fireChannelInactive();
    }

    private void cut(ChannelHandlerContext ctx) {
        if (standing && !ended) {
            ended = true;
            ctx.fireExceptionCaught(new IOException("the connection was cut without TLS's close_notify"));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (standing) {
            ended = true;
            SSLException tls = TlsFailures.find(cause, SSLException.class);
            ctx.fireExceptionCaught(tls == null ? cause : new IOException(TlsFailures.sentence(tls)));
        }
    }
}

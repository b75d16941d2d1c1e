package io.sluice.proxyserver;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.sluice.api.flow.ByteStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The end of a refused connection. To close a socket with unread input makes the kernel send RST, and an RST can overtake the refusal
 * on its way to the client. So: the refusal, FIN, then input is thrown away until the client's FIN or the limit, then close.
 */
public final class Farewell extends ChannelInboundHandlerAdapter {

    /** Ours: below the second that RFC 1928 §6 and our own bar leave for closing after a refusal. */
    static final Duration LIMIT = Duration.ofMillis(500);

    private Farewell() {}

    /**
     * On the channel's loop.
     *
     * @param present the handler in whose place it comes; everything behind that one stays
     * @param last ownership passes
     */
    public static void say(ByteStream stream, ChannelHandler present, ByteBuf last) {
        Channel channel = stream.channel();
        if (!channel.isActive()) {
            last.release();
            channel.close();
            return;
        }
        channel.writeAndFlush(last).addListener(written -> {
            if (written.isSuccess()) {
                stream.shutdownOutput().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            } else {
                channel.close();
            }
        });
        channel.pipeline().replace(present, null, new Farewell());
        channel.config().setAutoRead(true);
        channel.eventLoop().schedule((Runnable) channel::close, LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}

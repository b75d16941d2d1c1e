package io.sluice.proxycodec;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;

/**
 * The first conversation on a stream, before it belongs to a relay. Gathers what comes, lets the protocol take whole messages off its
 * front, and at the end puts {@link EarlyBytes} in its own place, with everything that came behind the last message.
 *
 * <p>One channel, its loop only.
 */
public abstract class Handshake extends ChannelDuplexHandler {

    private ByteBuf received;
    private boolean inputShutdown;
    private boolean over;

    /**
     * There is more to read than before. Takes what is complete; may end the handshake by {@link #handOver} or by closing the channel.
     *
     * @param in borrowed; what is not taken is there again next time
     */
    protected abstract void advance(ChannelHandlerContext ctx, ByteBuf in) throws Exception;

    /** The far side sends no more: FIN. By default that is the end of the channel. */
    protected void inputEnded(ChannelHandlerContext ctx) {
        ctx.close();
    }

    /** The channel closed before the handshake was over. */
    protected abstract void closed(ChannelHandlerContext ctx);

    /** Something was thrown; the channel is to be closed. */
    protected abstract void failed(ChannelHandlerContext ctx, Throwable cause);

    /** What has come and was not taken; null if nothing ever came. Borrowed. */
    protected final ByteBuf received() {
        return received;
    }

    /** Whether this handler has left the pipeline, or its channel has closed. */
    protected final boolean isOver() {
        return over;
    }

    /** Ends the handshake: AUTO_READ off, {@link EarlyBytes} in this place. */
    protected final void handOver(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(false);
        ctx.pipeline().replace(this, null, new EarlyBytes(take(), inputShutdown));
    }

    /**
     * Gives up what came, for another handler in this place.
     *
     * @return owned by the caller; null if nothing came
     */
    protected final ByteBuf take() {
        over = true;
        ByteBuf bytes = received;
        received = null;
        return bytes;
    }

    /** Looks at what is there once more, after something that had to be waited for. */
    protected final void resume(ChannelHandlerContext ctx) {
        if (!over && received != null) {
            try {
                advance(ctx, received);
            } catch (Exception e) {
                failed(ctx, e);
            }
        }
        if (!over && inputShutdown) {
            inputEnded(ctx);
        }
    }

    @Override
    public final void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        ByteBuf more = (ByteBuf) message;
        if (over) {
            more.release();
            return;
        }
        received = ReceivedBytes.join(ctx.alloc(), received, more);
        advance(ctx, received);
    }

    @Override
    public final void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof ChannelInputShutdownEvent) {
            inputShutdown = true;
            if (!over) {
                inputEnded(ctx);
            }
        } else if (!(event instanceof ChannelInputShutdownReadComplete)) {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    public final void channelInactive(ChannelHandlerContext ctx) throws Exception {
        if (!over) {
            over = true;
            closed(ctx);
        }
        super.channelInactive(ctx);
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!over) {
            failed(ctx, cause);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) throws Exception {
        over = true;
        if (received != null) {
            received.release();
            received = null;
        }
    }
}

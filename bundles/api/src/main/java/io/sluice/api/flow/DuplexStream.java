package io.sluice.api.flow;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;

/** A {@link ByteStream} over a {@link DuplexChannel}. */
record DuplexStream(DuplexChannel duplex) implements ByteStream {

    @Override
    public Channel channel() {
        return duplex;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        ChannelPromise done = duplex.newPromise();
        if (isIdle()) {
            return duplex.shutdownOutput(done);
        }
        // Netty's shutdownOutput() discards what is still queued, so the FIN waits for an empty write behind it.
        duplex.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (written.isSuccess()) {
                duplex.shutdownOutput(done);
            } else {
                done.setFailure(written.cause());
            }
        });
        return done;
    }

    /** Nothing is queued in the channel, nor by a handler before it. */
    private boolean isIdle() {
        if (!duplex.eventLoop().inEventLoop() || duplex.pipeline().first() instanceof ChannelOutboundHandler) {
            return false;
        }
        ChannelOutboundBuffer queue = duplex.unsafe().outboundBuffer();
        return queue != null
                && queue.totalPendingWriteBytes() == 0
                && duplex.pipeline().firstContext() == duplex.pipeline().lastContext();
    }

    @Override
    public void reset() {
        if (duplex.isOpen()) {
            // SO_LINGER 0: close() sends RST instead of FIN (socket(7)). A channel without the option ignores it.
            duplex.config().setOption(ChannelOption.SO_LINGER, 0);
            // Past the handlers: a layer among them would say goodbye first.
            ChannelHandlerContext first = duplex.pipeline().firstContext();
            (first == null ? duplex : first).close();
        }
    }
}

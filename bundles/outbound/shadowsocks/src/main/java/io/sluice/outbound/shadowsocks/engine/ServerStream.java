package io.sluice.outbound.shadowsocks.engine;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.sluice.api.flow.ByteStream;

/** A stream to the server with its codec. */
record ServerStream(ByteStream below) implements ByteStream {

    @Override
    public Channel channel() {
        return below.channel();
    }

    /** FIN, behind the request and everything that was written. */
    @Override
    public ChannelFuture shutdownOutput() {
        ChannelPromise done = channel().newPromise();
        channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (written.isSuccess()) {
                below.shutdownOutput().addListener(sent -> {
                    if (sent.isSuccess()) {
                        done.trySuccess();
                    } else {
                        done.tryFailure(sent.cause());
                    }
                });
            } else {
                done.tryFailure(written.cause());
            }
        });
        return done;
    }

    @Override
    public void reset() {
        below.reset();
    }
}

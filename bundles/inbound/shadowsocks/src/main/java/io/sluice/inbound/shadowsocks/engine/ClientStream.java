package io.sluice.inbound.shadowsocks.engine;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.sluice.api.flow.ByteStream;
import io.sluice.proxyserver.keyed.KeyedDoor;
import io.sluice.shadowsocks.stream.ServerStreamCodec;

/** A client's stream with its codec. */
record ClientStream(ByteStream below, ServerStreamCodec codec) implements ByteStream {

    @Override
    public Channel channel() {
        return below.channel();
    }

    /** FIN, behind what the codec still has. */
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

    /** Not at once where the client's input was at fault: an RST would say which octet it was. */
    @Override
    public void reset() {
        if (codec.isDiscarding() && channel().isActive()) {
            codec.drain(channel(), KeyedDoor.HANDSHAKE_LIMIT);
        } else {
            below.reset();
        }
    }
}

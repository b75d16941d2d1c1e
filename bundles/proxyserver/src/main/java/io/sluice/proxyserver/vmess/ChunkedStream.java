package io.sluice.proxyserver.vmess;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.sluice.api.flow.ByteStream;
import io.sluice.proxycodec.vmess.ChunkCodec;

/** A client's stream, whose directions end with a chunk as soon as it is known that it speaks in chunks. */
final class ChunkedStream implements ByteStream {

    private final ByteStream below;
    private ChunkCodec codec;

    ChunkedStream(ByteStream below) {
        this.below = below;
    }

    /** From now on. */
    void chunked(ChunkCodec payload) {
        codec = payload;
    }

    @Override
    public Channel channel() {
        return below.channel();
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return codec == null ? below.shutdownOutput() : codec.end();
    }

    @Override
    public void reset() {
        below.reset();
    }
}

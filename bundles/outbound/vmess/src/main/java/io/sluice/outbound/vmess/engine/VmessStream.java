package io.sluice.outbound.vmess.engine;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.sluice.api.flow.ByteStream;
import io.sluice.proxycodec.vmess.ChunkCodec;

/**
 * A stream through the server: its FIN is a last chunk, behind which the connection stays for the other direction.
 *
 * @param finIsEnd whether the server knows no last chunk (Xray's experiment NoTerminationSignal), so that FIN has to do
 */
record VmessStream(ByteStream below, ChunkCodec codec, boolean finIsEnd) implements ByteStream {

    /** Puts the handler on. */
    static VmessStream on(ByteStream below, ChunkCodec codec, boolean finIsEnd) {
        if (finIsEnd) {
            codec.takeFinForEnd();
        }
        below.channel().pipeline().addLast(codec);
        return new VmessStream(below, codec, finIsEnd);
    }

    @Override
    public Channel channel() {
        return below.channel();
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return finIsEnd ? below.shutdownOutput() : codec.end();
    }

    @Override
    public void reset() {
        below.reset();
    }
}

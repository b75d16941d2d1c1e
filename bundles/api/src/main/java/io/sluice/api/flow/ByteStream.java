package io.sluice.api.flow;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One end of a stream: a Netty channel and the two ways of ending it that a channel has no common word for. The channel carries
 * {@code ByteBuf}s. The far side's FIN arrives as {@code ChannelInputShutdownEvent} (then writing goes on), everything else as
 * {@code channelInactive}. Loop thread only.
 */
@ConsumerType
public interface ByteStream {

    Channel channel();

    /** Sends FIN (or what stands for it) behind everything written; reading goes on. */
    ChannelFuture shutdownOutput();

    /** Ends both directions at once so that the far side sees an abort (RST), never an orderly end. Idempotent. */
    void reset();

    /** A stream over a channel whose half-close is its own, with SO_LINGER 0 for the abort where there is one. */
    static ByteStream of(DuplexChannel channel) {
        return new DuplexStream(channel);
    }
}

package io.sluice.proxyclient;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.api.flow.ByteStream;
import java.util.ArrayList;
import java.util.List;

/** A stream without a socket. What was written is in its channel, how it was ended in {@link #ends}. */
final class EmbeddedStream implements ByteStream {

    final EmbeddedChannel channel = new EmbeddedChannel();

    {
        channel.freezeTime(); // so that only a test's own steps make it pass
    }

    final List<String> ends = new ArrayList<>();

    EmbeddedStream() {
        channel.freezeTime(); // timers run when the test says so
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        ends.add("FIN");
        return channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
    }

    @Override
    public void reset() {
        ends.add("RST");
        channel.close();
    }
}

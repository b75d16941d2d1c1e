package io.sluice.loop.spi;

import io.netty.channel.socket.DatagramChannel;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;

/** Moves datagrams with the platform's own calls. */
public interface DatagramBackend {

    /**
     * As {@link io.sluice.api.loop.EventLoops#datagrams}.
     *
     * @return null if it cannot serve a channel of this kind
     */
    DatagramIo open(DatagramChannel channel, DatagramSink sink);
}

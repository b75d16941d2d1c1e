package io.sluice.proxyserver;

import io.netty.channel.ChannelPipeline;

/** How a connection begins. */
@FunctionalInterface
public interface Conversation {

    /** Adds its handlers at the end of the pipeline. On the connection's loop. */
    void begin(Door door, ChannelPipeline pipeline);
}

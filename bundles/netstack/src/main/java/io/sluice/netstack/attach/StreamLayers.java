package io.sluice.netstack.attach;

import io.netty.channel.EventLoop;
import io.sluice.api.flow.StreamRequest;
import io.sluice.netstack.engine.IcmpErrors;
import io.sluice.netstack.engine.LocalAddresses;
import io.sluice.netstack.engine.StackEngine;
import java.util.function.Consumer;

/** Makes the TCP of a queue's engine, before the first packet. */
@FunctionalInterface
public interface StreamLayers {

    StreamLayer layer(Place place);

    /**
     * What the TCP of a queue stands on.
     *
     * @param own the gateway's own addresses
     * @param offers takes what wants to connect, on the loop; does not throw
     */
    record Place(
            StackEngine engine,
            IcmpErrors icmpErrors,
            LocalAddresses own,
            EventLoop loop,
            String inboundTag,
            Consumer<StreamRequest> offers) {}
}

package io.sluice.proxyserver;

import io.sluice.api.flow.ByteStream;
import io.sluice.api.transport.Arrival;

/** How a client's stream begins. */
@FunctionalInterface
public interface Conversation {

    /** Adds its handlers at the end of the stream's pipeline, and reads. On the stream's loop. */
    void begin(Door door, ByteStream stream, Arrival arrival);
}

package io.sluice.api.transport;

import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import org.osgi.annotation.versioning.ConsumerType;

/** Takes streams that clients have opened: the server's half of a layer, or the inbound above all layers. */
@ConsumerType
public interface StreamAcceptor {

    /** A stream has come in, AUTO_READ off; ownership passes. On its loop. */
    void accept(ByteStream stream, Arrival arrival);

    /**
     * A layer below gave a stream up before there was anything to accept; it is closed already. For counters and logs.
     *
     * @param sentence what was wrong; never a secret
     */
    default void gaveUp(Arrival arrival, CloseReason reason, String sentence) {}
}

package io.sluice.api.transport;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import org.osgi.annotation.versioning.ConsumerType;

/** Opens streams to one server. */
@ConsumerType
public interface StreamDialer extends AutoCloseable {

    /**
     * Opens a stream. Called on the request's loop; completes on it with a stream, or fails with a
     * {@link io.sluice.api.outbound.ConnectException} whose sentence names the server, the phase and what was said. Ends by the request's deadline.
     * Cancelling the future ends the attempt and closes what it opened.
     */
    Future<ByteStream> dial(DialRequest request);

    /** Lets go of what is kept for later streams (resolvers, sessions, idle connections), here and below. Streams that were handed over live on. Any thread. */
    @Override
    void close();
}

package io.sluice.egress.spi;

import io.netty.channel.Channel;
import io.sluice.api.egress.EgressException;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Makes the system calls. */
public interface EgressBackend {

    /** Why sockets cannot be marked, in half a sentence; empty if they can. May block. */
    Optional<String> markLimitation();

    /** Marks a channel that is not connected. On the channel's loop; does not block. */
    void mark(Channel channel, int mark) throws EgressException;

    /**
     * Binds a channel that is not connected to an interface. On the channel's loop; does not block.
     *
     * @return false if this process may not do so
     */
    boolean bind(Channel channel, String device) throws EgressException;

    /**
     * Reads the host's network. May block.
     *
     * @param mark of our sockets, 0 if they carry none
     * @throws IOException if any part of it could not be read: there is no half view. A single route or rule that makes no sense leaves it undecided instead
     */
    NetworkView view(int mark) throws IOException;

    /**
     * Calls back on a thread of the backend, coalesced, after the host's network has changed, until closed.
     *
     * @param changed reads it; false if it could not, then it is called again after a while
     * @throws IOException if changes cannot be watched
     */
    Watch watch(BooleanSupplier changed) throws IOException;

    /** Ends a watch; no call is under way or will come once it returns. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}

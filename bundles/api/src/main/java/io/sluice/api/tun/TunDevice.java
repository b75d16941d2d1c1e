package io.sluice.api.tun;

import io.netty.channel.Channel;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** An open TUN device. Safe from any thread but for what {@link TunQueue} says of itself. */
@ProviderType
public interface TunDevice extends AutoCloseable {

    /** The interface's name as the system knows it. */
    String name();

    /** The interface's index; 0 for a device without an interface (in memory). */
    int ifIndex();

    int mtu();

    OffloadCapabilities offload();

    /** At least one. */
    List<TunQueue> queues();

    TunCounters counters();

    /**
     * Lets a socket that is not bound yet receive by this interface and send through it only, as far as the system can.
     *
     * @return false if it cannot: then the socket is as open as its address makes it
     */
    default boolean confine(Channel socket) {
        return false;
    }

    /**
     * Puts back what another program changed about the interface: its addresses, its MTU, that it is switched on. The queues and what stands on them stay. May
     * block.
     *
     * @return whether something was not as it should be
     * @throws TunException if the interface has gone or has another name, or the system refuses
     */
    default boolean mend() throws TunException {
        return false;
    }

    /** Stops the queues and gives the device back; a persistent interface stays, any other is gone. Idempotent; may block briefly. */
    @Override
    void close();
}

package io.sluice.api.tun;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/** A TUN device without an interface: the host process submits packets and takes what comes back. Safe from any thread. */
@ProviderType
public interface MemoryTunDevice extends TunDevice {

    /**
     * Submits one IP packet as if an interface had brought it.
     *
     * @param packet ownership passes
     * @return false (and the packet is released) when the bounded queue is full or the device closed
     */
    boolean submit(ByteBuf packet);

    /** Who takes the packets that the stack writes; called on the queue's loop, owns each packet. Null discards and counts them. */
    void onPacket(Consumer<ByteBuf> sink);
}

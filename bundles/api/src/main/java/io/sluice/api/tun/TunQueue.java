package io.sluice.api.tun;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import org.osgi.annotation.versioning.ProviderType;

/** One queue of a TUN device. The kernel (or host) spreads flows over the queues by their 5-tuple, both directions alike. */
@ProviderType
public interface TunQueue {

    /** Index of this queue in its device, from 0. */
    int index();

    /**
     * Registers the queue on a loop; from completion on, packets reach the handler on it. A queue that was stopped may be started again,
     * with another handler or loop.
     *
     * @throws IllegalStateException if it is started already or its device is closed
     */
    Future<Void> start(EventLoop loop, PacketHandler handler);

    /** Stops reading; packets stay in the device's queue. Completes when no call to the handler is under way or will come. */
    Future<Void> stop();

    /**
     * Writes one packet or super-packet, gathering its parts. Loop thread only.
     *
     * @param headers IP and transport headers, from {@code readerIndex}; borrowed
     * @param payload the payload's parts in order, each from {@code readerIndex} to {@code writerIndex}; borrowed, indices unchanged
     * @param count how many of {@code payload} are used, 0…{@link #MAX_PARTS}
     * @param offload borrowed; {@link Segmentation#TCP} or {@code UDP} only if the device is capable of it
     * @return false if the device took nothing because it is full: treat the packet as lost or wait for {@link PacketHandler#writable()}
     */
    boolean write(ByteBuf headers, ByteBuf[] payload, int count, PacketOffload offload);

    /**
     * Asks for a pause, from inside {@link PacketHandler#batchComplete}: if the batch has emptied the device's queue, the next one is read no
     * earlier, and is the larger for it. A queue may ignore it. Loop thread only.
     */
    default void rest(long nanos) {}

    /** Most payload parts of one {@link #write}: with the two header parts it stays far below the kernel's UIO_MAXIOV of 1024. */
    int MAX_PARTS = 64;
}

package io.sluice.api.tun;

import io.netty.buffer.ByteBuf;
import org.osgi.annotation.versioning.ConsumerType;

/** Takes the packets of one queue, on the queue's event loop. Must not throw and must not block. */
@ConsumerType
public interface PacketHandler {

    /**
     * One packet or super-packet, from its IP header to its end ({@code readerIndex} to {@code writerIndex}).
     *
     * @param packet borrowed for the call: a direct buffer; to keep bytes, {@code retainedSlice} them. The queue sees by the reference
     *     count whether it may reuse the memory.
     * @param offload borrowed for the call
     */
    void packet(ByteBuf packet, PacketOffload offload);

    /** The batch that one wake-up brought is over: acknowledge, flush. */
    void batchComplete();

    /** The queue accepts packets again after {@link TunQueue#write} returned false. */
    void writable();

    /** The queue is gone and brings nothing more; {@code cause} says why in one sentence. Not called after {@link TunQueue#stop()}. */
    void failed(TunException cause);
}

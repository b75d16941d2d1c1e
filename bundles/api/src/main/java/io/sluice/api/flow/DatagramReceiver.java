package io.sluice.api.flow;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.osgi.annotation.versioning.ConsumerType;

/** Takes the datagrams of a {@link DatagramPort}, on its loop. */
@ConsumerType
public interface DatagramReceiver {

    /**
     * @param payload ownership passes
     * @param segmentSize 0 for one datagram; otherwise every datagram but the last has this many octets
     * @param peer the far host: where a client sends to, or where an answer comes from
     */
    void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer);

    /** What one wake-up brought is over: flush. */
    void batchComplete();

    /** The far host refused a datagram (ICMP error); a client is told likewise where its protocol can. */
    default void unreachable(InetSocketAddress peer, CloseReason reason) {}
}

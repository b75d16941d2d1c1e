package io.sluice.api.loop;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.osgi.annotation.versioning.ConsumerType;

/** Takes what a {@link DatagramIo} brings, on the socket's loop. */
@ConsumerType
public interface DatagramSink {

    /**
     * One datagram, or several of one sender.
     *
     * @param payload ownership passes; who keeps a small datagram beyond {@link #batchComplete} copies it, since its buffer has room for the
     *     largest
     * @param segmentSize 0 for one datagram; otherwise every datagram but the last has this many octets
     * @param from null on a connected socket
     */
    void datagram(ByteBuf payload, int segmentSize, InetSocketAddress from);

    /** What one wake-up brought is over: flush. */
    void batchComplete();

    /**
     * The kernel refused datagrams, or told of an ICMP error about an earlier one.
     *
     * @param lost datagrams that were not sent; 0 if this is about an earlier one
     */
    void failed(IOException cause, int lost);
}

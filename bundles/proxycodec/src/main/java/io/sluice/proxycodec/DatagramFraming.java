package io.sluice.proxycodec;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/** How datagrams stand in a stream: one end's view of one stream, with what it remembers of it. Its loop only. */
public interface DatagramFraming {

    /** Whether the other end takes a datagram of this size for, or from, this peer. */
    boolean isCarriable(int length, InetSocketAddress peer);

    /** Octets that {@link #writeHeader} will add at most. */
    int headerLength(InetSocketAddress peer);

    /**
     * Writes what comes before a datagram's payload.
     *
     * @param length of the payload; carriable
     */
    void writeHeader(int length, InetSocketAddress peer, ByteBuf out);

    /**
     * Takes frames off the front up to and including the next datagram.
     *
     * @return null if none is complete, or {@link #isEnded}
     */
    FramedDatagram read(ByteBuf in) throws MalformedMessageException;

    /** Whether the other end has said that no datagram follows. */
    default boolean isEnded() {
        return false;
    }
}

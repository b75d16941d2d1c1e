package io.sluice.api.loop;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Moves the datagrams of one socket, as many a system call as the platform can. Made by {@link EventLoops#datagrams}; on the socket's loop
 * only.
 *
 * <p>What is sent waits, bounded, for {@link #flush}; what the socket does not take then waits until it can, in the same bounds. Beyond them
 * datagrams are dropped, and {@link #send} says so: that costs a comparison, no system call.
 */
@ProviderType
public interface DatagramIo {

    /**
     * Takes one datagram, or several of equal size in one buffer.
     *
     * @param header octets that go before each datagram, null for none; borrowed, but its content must not change as long as it is retained
     * @param payload ownership passes
     * @param segmentSize 0 for one datagram (which may be empty); otherwise every datagram but the last has this many octets
     * @param to the destination, resolved; null on a connected socket
     * @return false if it was dropped because too much waits
     */
    boolean send(ByteBuf header, ByteBuf payload, int segmentSize, InetSocketAddress to);

    /** Everything sent since the last flush goes out. */
    void flush();

    /** Whether datagrams are read; not so at first. */
    void reading(boolean on);

    /** Drops what waits and closes the socket. Idempotent. */
    void close();
}

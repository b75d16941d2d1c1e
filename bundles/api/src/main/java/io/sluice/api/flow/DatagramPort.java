package io.sluice.api.flow;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One end of a datagram association. On the client's end {@code peer} is the far host that a datagram comes from or goes to; on an
 * outbound's end it is the same host: so a relay passes it through unchanged. Loop thread only.
 */
@ConsumerType
public interface DatagramPort {

    EventLoop eventLoop();

    /**
     * Sends one datagram, or several of equal size in one buffer. Never blocks: what cannot be taken is dropped and counted, as UDP does.
     *
     * @param payload ownership passes
     * @param segmentSize 0 for one datagram (which may be empty); otherwise every datagram but the last has this many octets
     * @param peer towards a client: the source it shall see; towards the outside: the destination, unresolved for a domain name
     */
    void send(ByteBuf payload, int segmentSize, InetSocketAddress peer);

    /** Everything sent since the last flush goes out. */
    void flush();

    /** Who takes what arrives; set once, before which nothing is read. */
    void receiver(DatagramReceiver receiver);

    /**
     * Towards a client: tells that the far host cannot be reached, where the client's protocol has a word for it (ICMP unreachable). The
     * association goes on. An outbound's end has nobody to tell.
     */
    default void unreachable(InetSocketAddress peer, CloseReason reason) {}

    /** Ends the association. Idempotent. */
    void close(CloseReason reason);

    /**
     * Completes when the association has ended, whoever ended it. An outbound's end that has more to say than a reason fails it with a {@link
     * io.sluice.api.outbound.ConnectException}.
     */
    Future<CloseReason> closed();
}

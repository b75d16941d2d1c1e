package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.Optional;

/** A server's view of one client's datagram association. */
public abstract class ServerSession {

    private final Optional<String> user;
    private InetSocketAddress client;
    private long seenNanos;
    private Runnable whenForgotten = () -> {};
    private Object owner;

    ServerSession(Optional<String> user) {
        this.user = user;
    }

    public final Optional<String> user() {
        return user;
    }

    /** Where its last genuine packet came from: answers go there (SIP022 §3.2.4). */
    public final InetSocketAddress client() {
        return client;
    }

    /** What the session is to whoever serves it; null at first. */
    public final Object owner() {
        return owner;
    }

    /**
     * @param forgotten told when the session makes room for others
     */
    public final void owner(Object next, Runnable forgotten) {
        owner = next;
        whenForgotten = forgotten;
    }

    /** As {@link PacketSealer#overhead(InetSocketAddress)}. */
    public abstract int overhead(InetSocketAddress peer);

    /** As {@link PacketSealer#seal(ByteBuf, int, InetSocketAddress)}. */
    public abstract ByteBuf seal(ByteBuf payload, int segmentSize, InetSocketAddress peer);

    final void seen(InetSocketAddress from, long nanos) {
        client = from;
        seenNanos = nanos;
    }

    final long seenNanos() {
        return seenNanos;
    }

    final void forget() {
        whenForgotten.run();
    }
}

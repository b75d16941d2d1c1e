package io.sluice.proxycodec.socks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;

/**
 * The UDP headers of an association's peers (RFC 1928 §7).
 *
 * <pre>
 * +-------+------+----------+----------+
 * |  RSV  | FRAG | address  |   DATA   |
 * +-------+------+----------+----------+
 * | X'00' |  0   | Variable | Variable |
 * +-------+------+----------+----------+
 * </pre>
 *
 * They are kept as octets that never change, so a datagram is framed by gathering two pieces, without a copy and without a look at the
 * address. Direct-mapped: peers that collide have their headers written anew.
 *
 * <p>One loop.
 */
public final class Socks5DatagramHeaders {

    private static final int PREFIX = 3;

    /** Ours: a resolver's servers, the peers of a call. */
    private static final int BITS = 4;

    /** 2^32 divided by the golden ratio (Knuth 6.4, multiplicative hashing). */
    private static final int SPREAD = 0x9e37_79b9;

    private final ByteBufAllocator allocator;
    private final InetSocketAddress[] peers = new InetSocketAddress[1 << BITS];
    private final ByteBuf[] headers = new ByteBuf[1 << BITS];
    private InetSocketAddress last;
    private ByteBuf lastHeader;

    public Socks5DatagramHeaders(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /**
     * @param peer carriable
     * @return direct and borrowed; who keeps it beyond the next call retains it. Its octets do not change.
     */
    public ByteBuf of(InetSocketAddress peer) {
        if (peer == last) {
            return lastHeader;
        }
        int slot = peer.hashCode() * SPREAD >>> 32 - BITS;
        if (!peer.equals(peers[slot])) {
            if (headers[slot] != null) {
                headers[slot].release();
            }
            int length = PREFIX + Socks5Address.length(peer);
            headers[slot] = allocator.directBuffer(length, length).writeZero(PREFIX);
            Socks5Address.write(peer, headers[slot]);
        }
        // The object that came last is the one that comes next.
        peers[slot] = peer;
        last = peer;
        lastHeader = headers[slot];
        return lastHeader;
    }

    /** Gives all up. Idempotent; what is asked for later is made anew. */
    public void release() {
        for (int i = 0; i < headers.length; i++) {
            if (headers[i] != null) {
                headers[i].release();
                headers[i] = null;
                peers[i] = null;
            }
        }
        last = null;
        lastHeader = null;
    }
}

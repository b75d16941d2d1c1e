package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.proxycodec.socks.Socks5Address;
import java.net.InetSocketAddress;

/** Makes packets of datagrams. */
public abstract class PacketSealer {

    /** Largest payload of UDP over IPv4: 65,535 without the headers of IP and UDP. */
    public static final int MAX_PACKET = 65_507;

    private final ByteBufAllocator allocator;

    PacketSealer(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** Octets that every packet has beside address and payload. */
    abstract int overhead();

    /** Appends one packet to {@code out}, which has room; moves {@code length} octets of payload. */
    abstract void seal(InetSocketAddress peer, ByteBuf payload, int length, ByteBuf out);

    /** Octets that a packet for that peer has beside the payload. */
    public final int overhead(InetSocketAddress peer) {
        return overhead() + Socks5Address.length(peer);
    }

    /**
     * One datagram, or several of equal size in one buffer.
     *
     * @param payload ownership passes
     * @param segmentSize 0 for one datagram; otherwise every datagram but the last has this many octets
     * @param peer carriable
     * @return packets of {@code segmentSize + overhead(peer)} octets; null if they would be longer than {@link #MAX_PACKET}
     */
    public final ByteBuf seal(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        try {
            int octets = payload.readableBytes();
            int segment = segmentSize <= 0 ? octets : Math.min(segmentSize, octets);
            int count = segment == 0 ? 1 : (octets + segment - 1) / segment;
            int more = overhead(peer);
            if (segment + more > MAX_PACKET) {
                return null;
            }
            int whole = octets + count * more;
            ByteBuf out = allocator.heapBuffer(whole, whole);
            for (int i = 0; i < count; i++) {
                seal(peer, payload, Math.min(segment, payload.readableBytes()), out);
            }
            return out;
        } finally {
            payload.release();
        }
    }
}

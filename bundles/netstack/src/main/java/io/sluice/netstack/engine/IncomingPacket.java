package io.sluice.netstack.engine;

import io.netty.buffer.ByteBuf;
import io.sluice.api.tun.Segmentation;
import io.sluice.wire.Checksums;
import io.sluice.wire.Ipv6Chain;
import java.nio.ByteBuffer;

/**
 * The packet being processed, its IP header checked. One object an engine, filled again for every packet; valid during {@link
 * TransportInput#input} only.
 */
public final class IncomingPacket {

    /** Borrowed. Index {@code i} of {@link #nio} is index {@code i + bufferShift} of it. */
    public ByteBuf buffer;

    /** View of the packet for the views of {@code wire}. */
    public ByteBuffer nio;

    public int bufferShift;

    /** Index of the IP header's first octet in {@link #nio}. */
    public int at;

    /** Octets of the IP packet, as its header says. */
    public int length;

    public boolean v6;
    public long sourceHigh;
    public long sourceLow;
    public long destinationHigh;
    public long destinationLow;

    /** Partial sum of the addresses, for the transport checksum. */
    public int addressSum;

    /** TOS or traffic class. */
    public int trafficClass;

    public int hopLimit;

    /** The transport protocol, extension headers behind us. */
    public int protocol;

    /** Index of the transport header's first octet in {@link #nio}. */
    public int transportAt;

    /** Octets of transport header and payload. */
    public int transportLength;

    public Checksums checksums;
    public Segmentation segmentation;
    /** Octets of payload per segment of a super-packet, else 0. */
    public int segmentSize;

    /** On the engine's clock. */
    public long nowNanos;

    /** The extension headers of an IPv6 packet. */
    public final Ipv6Chain chain = new Ipv6Chain();

    /** A retained slice: {@code at} counts in {@link #nio}. The caller owns it. */
    public ByteBuf retain(int from, int octets) {
        return buffer.retainedSlice(from + bufferShift, octets);
    }
}

package io.sluice.proxycodec.vmess;

import io.netty.buffer.ByteBuf;
import io.sluice.proxycodec.DatagramFraming;
import io.sluice.proxycodec.FramedDatagram;
import java.net.InetSocketAddress;

/**
 * Datagrams of {@link Command#UDP}, as they stand above a {@link ChunkCodec}: two octets of length, which never travel (a chunk has its own), then the
 * payload. All are for, or from, the one peer of the request.
 */
public final class ChunkFraming implements DatagramFraming {

    private final InetSocketAddress peer;

    public ChunkFraming(InetSocketAddress peer) {
        this.peer = peer;
    }

    /** An empty one would be the end; a larger one would come out at Xray in pieces. */
    @Override
    public boolean isCarriable(int length, InetSocketAddress other) {
        return length > 0 && length <= ChunkCodec.MAX_DATAGRAM && other.equals(peer);
    }

    @Override
    public int headerLength(InetSocketAddress other) {
        return ChunkCodec.DATAGRAM_LENGTH;
    }

    @Override
    public void writeHeader(int length, InetSocketAddress other, ByteBuf out) {
        out.writeShort(length);
    }

    @Override
    public FramedDatagram read(ByteBuf in) {
        if (in.readableBytes() < ChunkCodec.DATAGRAM_LENGTH) {
            return null;
        }
        int length = in.getUnsignedShort(in.readerIndex());
        if (in.readableBytes() < ChunkCodec.DATAGRAM_LENGTH + length) {
            return null;
        }
        return new FramedDatagram(peer, in.skipBytes(ChunkCodec.DATAGRAM_LENGTH).readRetainedSlice(length));
    }
}

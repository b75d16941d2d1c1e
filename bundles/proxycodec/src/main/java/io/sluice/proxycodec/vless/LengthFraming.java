package io.sluice.proxycodec.vless;

import io.netty.buffer.ByteBuf;
import io.sluice.proxycodec.DatagramFraming;
import io.sluice.proxycodec.FramedDatagram;
import java.net.InetSocketAddress;

/** Datagrams of {@link VlessCommand#UDP}: two octets of length, then the payload. All are for, or from, the one peer of the request. */
public final class LengthFraming implements DatagramFraming {

    /** Xray reads a longer one into buffers of this size, and sends each on as a datagram of its own. */
    static final int MAX_PAYLOAD = 8_192;

    private final InetSocketAddress peer;

    public LengthFraming(InetSocketAddress peer) {
        this.peer = peer;
    }

    /** An empty datagram cannot be carried: v2ray and Xray skip it. */
    @Override
    public boolean isCarriable(int length, InetSocketAddress other) {
        return length > 0 && length <= MAX_PAYLOAD && other.equals(peer);
    }

    @Override
    public int headerLength(InetSocketAddress other) {
        return 2;
    }

    @Override
    public void writeHeader(int length, InetSocketAddress other, ByteBuf out) {
        out.writeShort(length);
    }

    @Override
    public FramedDatagram read(ByteBuf in) {
        while (in.readableBytes() >= 2) {
            int length = in.getUnsignedShort(in.readerIndex());
            if (in.readableBytes() < 2 + length) {
                return null;
            }
            in.skipBytes(2);
            if (length > 0) {
                return new FramedDatagram(peer, in.readRetainedSlice(length));
            }
        }
        return null;
    }
}

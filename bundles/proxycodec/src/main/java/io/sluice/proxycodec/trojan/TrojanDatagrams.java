package io.sluice.proxycodec.trojan;

import io.netty.buffer.ByteBuf;
import io.sluice.proxycodec.DatagramFraming;
import io.sluice.proxycodec.FramedDatagram;
import io.sluice.proxycodec.HostNames;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.socks.Socks5Address;
import java.net.InetSocketAddress;

/**
 * Datagrams in a Trojan stream.
 *
 * <pre>
 * +----------------+--------+---------+----------+
 * | SOCKS5 address | length |  CRLF   | payload  |
 * +----------------+--------+---------+----------+
 * |    Variable    |   2    | X'0D0A' | Variable |
 * +----------------+--------+---------+----------+
 * </pre>
 */
public final class TrojanDatagrams implements DatagramFraming {

    /** trojan 1.16 gives a stream up whose frame is longer (MAX_LENGTH), Xray one whose payload is (maxLength). */
    static final int MAX_FRAME = 8_192;

    private static final int LENGTH_AND_CRLF = 2 + 2;

    @Override
    public boolean isCarriable(int length, InetSocketAddress peer) {
        return HostNames.isCarriable(peer) && headerLength(peer) + length <= MAX_FRAME;
    }

    @Override
    public int headerLength(InetSocketAddress peer) {
        return Socks5Address.length(peer) + LENGTH_AND_CRLF;
    }

    @Override
    public void writeHeader(int length, InetSocketAddress peer, ByteBuf out) {
        Socks5Address.write(peer, out);
        out.writeShort(length).writeShort(TrojanRequest.CRLF);
    }

    @Override
    public FramedDatagram read(ByteBuf in) throws MalformedMessageException {
        int start = in.readerIndex();
        InetSocketAddress peer = TrojanRequest.address(in);
        if (peer == null || in.readableBytes() < LENGTH_AND_CRLF) {
            in.readerIndex(start);
            return null;
        }
        int length = in.readUnsignedShort();
        if (in.readUnsignedShort() != TrojanRequest.CRLF) {
            throw new MalformedMessageException("a datagram's length is not followed by CRLF");
        }
        if (in.readableBytes() < length) {
            in.readerIndex(start);
            return null;
        }
        return new FramedDatagram(peer, in.readRetainedSlice(length));
    }
}

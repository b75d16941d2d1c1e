package io.sluice.proxycodec.socks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;

/**
 * Takes the UDP header off datagrams; drawn in {@link Socks5DatagramHeaders}. The header of the last peer is kept as octets: a
 * datagram that begins with the same octets has the same peer, and costs one comparison and no object.
 *
 * <p>One loop.
 */
public final class Socks5DatagramDecoder {

    private static final int PREFIX = 3;

    /** An array with indices, which nobody needs to release. */
    private final ByteBuf header =
            Unpooled.wrappedBuffer(new byte[PREFIX + Socks5Address.MAX_LENGTH]).clear();

    private InetSocketAddress peer;

    /**
     * Moves the reader index to the payload, so that the header's room stands before it.
     *
     * @param datagram borrowed
     * @return the peer; null if the datagram is to be dropped: malformed, reserved octets set, or a fragment (RFC 1928 §7: an
     *     implementation that does not support fragmentation MUST drop any datagram whose FRAG field is other than X'00')
     */
    public InetSocketAddress decode(ByteBuf datagram) {
        int start = datagram.readerIndex();
        int known = header.readableBytes();
        if (peer != null
                && datagram.readableBytes() >= known
                && ByteBufUtil.equals(header, header.readerIndex(), datagram, start, known)) {
            datagram.skipBytes(known);
            return peer;
        }
        if (datagram.readableBytes() < PREFIX || datagram.getMedium(start) != 0) {
            return null;
        }
        datagram.skipBytes(PREFIX);
        InetSocketAddress next;
        try {
            next = Socks5Address.read(datagram);
        } catch (MalformedSocksException e) {
            return null;
        }
        if (next != null) {
            header.clear().writeBytes(datagram, start, datagram.readerIndex() - start);
            peer = next;
        }
        return next;
    }
}

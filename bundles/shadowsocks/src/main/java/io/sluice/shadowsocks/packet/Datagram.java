package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;
import io.sluice.proxycodec.socks.MalformedSocksException;
import io.sluice.proxycodec.socks.Socks5Address;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.FaultException;
import java.net.InetSocketAddress;

/**
 * What was in a packet.
 *
 * @param payload owned by whoever has the record
 * @param peer the far host: where it goes to, or comes from
 */
public record Datagram(ByteBuf payload, InetSocketAddress peer) {

    /** Reads the address at the front; the rest is the payload. The record shares the buffer. */
    static Datagram of(ByteBuf body) throws FaultException {
        try {
            InetSocketAddress peer = Socks5Address.read(body);
            if (peer == null) {
                throw new FaultException(Fault.HEADER);
            }
            return new Datagram(body, peer);
        } catch (MalformedSocksException e) {
            throw new FaultException(Fault.HEADER);
        }
    }
}

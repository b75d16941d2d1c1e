package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;
import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.FaultException;
import java.net.InetSocketAddress;

/** A client's end of one datagram association, whichever the edition. */
public sealed interface ClientPackets permits ClientPacketSession, AeadPackets {

    static ClientPackets of(ClientKeys keys, PacketContext context) {
        return keys.method().is2022()
                ? new ClientPacketSession(keys, context)
                : new AeadPackets(keys.method(), keys.key(), context, null);
    }

    /** As {@link PacketSealer#overhead(InetSocketAddress)}. */
    int overhead(InetSocketAddress peer);

    /** As {@link PacketSealer#seal(ByteBuf, int, InetSocketAddress)}. */
    ByteBuf seal(ByteBuf payload, int segmentSize, InetSocketAddress peer);

    /**
     * @param packet ownership passes
     * @throws FaultException if it is to be dropped
     */
    Datagram open(ByteBuf packet) throws FaultException;
}

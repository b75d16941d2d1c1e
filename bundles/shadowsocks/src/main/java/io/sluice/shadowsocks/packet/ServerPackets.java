package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.ServerKeys;
import io.sluice.shadowsocks.replay.SaltFilter;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A server's packets, of all its clients, whichever the edition. */
public sealed interface ServerPackets permits ServerPacketSessions, ServerAeadPackets {

    /** Ours: about five seconds of a busy server's packets; SIP004 puts no limit to how late a packet may come again. */
    int AEAD_SALTS = 1 << 18;

    static ServerPackets of(ServerKeys keys, PacketContext context) {
        if (keys.method().is2022()) {
            return new ServerPacketSessions(keys, context);
        }
        // Packets must not stop when the filter is full, so the elder half is forgotten then, at whatever age.
        SaltFilter salts = SaltFilter.forCount(
                keys.method().saltLength(),
                AEAD_SALTS,
                Duration.ZERO,
                context.random().nextLong());
        return new ServerAeadPackets(keys, context, salts);
    }

    /**
     * What a packet brought.
     *
     * @param session whose it is
     * @param datagram what was in it
     */
    record Received(ServerSession session, Datagram datagram) {}

    /**
     * @param packet ownership passes
     * @throws FaultException if it is to be dropped
     */
    Received open(ByteBuf packet, InetSocketAddress from) throws FaultException;

    /** Sessions that are remembered. */
    int sessions();
}

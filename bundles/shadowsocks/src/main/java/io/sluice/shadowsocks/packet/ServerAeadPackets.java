package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.ServerKeys;
import io.sluice.shadowsocks.replay.SaltFilter;
import java.net.InetSocketAddress;
import java.util.Optional;

/** SIP004 has no sessions: a client is the endpoint that its packets come from. */
final class ServerAeadPackets implements ServerPackets {

    private final class Session extends ServerSession {

        Session() {
            super(Optional.empty());
        }

        @Override
        public int overhead(InetSocketAddress peer) {
            return packets.overhead(peer);
        }

        @Override
        public ByteBuf seal(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
            return packets.seal(payload, segmentSize, peer);
        }
    }

    private final AeadPackets packets;
    private final PacketContext context;
    private final SessionTable<InetSocketAddress, Session> table = new SessionTable<>();

    ServerAeadPackets(ServerKeys keys, PacketContext context, SaltFilter salts) {
        this.packets = new AeadPackets(keys.method(), keys.key(), context, salts);
        this.context = context;
    }

    @Override
    public Received open(ByteBuf packet, InetSocketAddress from) throws FaultException {
        Datagram datagram = packets.open(packet);
        long now = context.nanos().getAsLong();
        Session session = table.get(from);
        if (session == null) {
            session = new Session();
            session.seen(from, now);
            if (!table.add(from, session, now)) {
                datagram.payload().release();
                throw new FaultException(Fault.FILTER_FULL);
            }
        }
        session.seen(from, now);
        return new Received(session, datagram);
    }

    @Override
    public int sessions() {
        return table.size();
    }
}

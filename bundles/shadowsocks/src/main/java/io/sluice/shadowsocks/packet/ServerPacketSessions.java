package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.ServerKeys;
import io.sluice.shadowsocks.ServerKeys.User;
import io.sluice.shadowsocks.crypto.Aead;
import io.sluice.shadowsocks.crypto.BlockCipher;
import io.sluice.shadowsocks.crypto.IdentityHash;
import io.sluice.shadowsocks.replay.SlidingWindow;
import java.net.InetSocketAddress;

/**
 * The sessions of SIP022 at a server: found by the client's session number and its user, not by where packets come from, so that a client may change
 * its address (§3.2.4). A session is made by its first good packet.
 */
final class ServerPacketSessions implements ServerPackets {

    private record Key(long session, User user) {}

    private final class Session extends ServerSession {

        private final long id;
        private final User holder;
        private final Aead aead;
        private final SlidingWindow window = new SlidingWindow();
        private SessionSealer sealer;

        Session(long id, User holder) {
            super(holder.name());
            this.id = id;
            this.holder = holder;
            this.aead = common == null ? Construction.body(method, holder.key(), id) : common;
        }

        private SessionSealer sealer() {
            if (sealer == null) {
                sealer = SessionSealer.server(method, holder.key(), id, context);
            }
            return sealer;
        }

        @Override
        public int overhead(InetSocketAddress peer) {
            return sealer().overhead(peer);
        }

        @Override
        public ByteBuf seal(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
            return sealer().seal(payload, segmentSize, peer);
        }
    }

    private final ServerKeys keys;
    private final Method method;
    private final PacketContext context;
    private final PacketOpener opener;
    private final BlockCipher header;
    private final Aead common;
    private final SessionTable<Key, Session> table = new SessionTable<>();

    ServerPacketSessions(ServerKeys keys, PacketContext context) {
        this.keys = keys;
        this.method = keys.method();
        this.context = context;
        this.opener = new PacketOpener(context.allocator());
        boolean separate = Construction.hasSeparateHeader(method);
        this.header = separate ? BlockCipher.decrypting(keys.key()) : null;
        this.common = separate ? null : Construction.body(method, keys.key(), 0);
    }

    @Override
    public Received open(ByteBuf packet, InetSocketAddress from) throws FaultException {
        ByteBuf body = null;
        Datagram datagram = null;
        try {
            PacketNumber number;
            Session session;
            if (header != null) {
                byte[] clear = separateHeader(packet);
                number = PacketNumber.read(Unpooled.wrappedBuffer(clear));
                session = session(number, user(packet, clear));
                body = opener.open(session.aead, Construction.nonce(clear, 0), packet);
            } else {
                body = opener.open(common, Construction.randomNonce(packet), packet);
                if (body.readableBytes() < PacketNumber.LENGTH) {
                    throw new FaultException(Fault.HEADER);
                }
                number = PacketNumber.read(body);
                session = session(number, keys.everybody());
            }
            MainHeader.begin(body, MainHeader.CLIENT, context.epochSeconds().getAsLong());
            Datagram read = MainHeader.finish(body);
            believe(number, session, from);
            datagram = read;
            return new Received(session, datagram);
        } finally {
            packet.release();
            if (datagram == null && body != null) {
                body.release();
            }
        }
    }

    private byte[] separateHeader(ByteBuf packet) throws FaultException {
        int identity = keys.hasUsers() ? BlockCipher.BLOCK : 0;
        if (packet.readableBytes() < PacketNumber.LENGTH + identity + Aead.TAG_LENGTH) {
            throw new FaultException(Fault.SHORT);
        }
        byte[] block = new byte[PacketNumber.LENGTH];
        packet.readBytes(block);
        header.apply(block, 0, block, 0);
        return block;
    }

    /** 2022 extensible identity headers: a hash, mixed with the separate header. */
    private User user(ByteBuf packet, byte[] separate) throws FaultException {
        if (!keys.hasUsers()) {
            return keys.everybody();
        }
        byte[] block = new byte[BlockCipher.BLOCK];
        packet.readBytes(block);
        header.apply(block, 0, block, 0);
        User user = keys.user(IdentityHash.at(block, 0).xor(IdentityHash.at(separate, 0)));
        if (user == null) {
            throw new FaultException(Fault.UNKNOWN_USER);
        }
        return user;
    }

    private Session session(PacketNumber number, User user) throws FaultException {
        Session known = table.get(new Key(number.session(), user));
        if (known == null) {
            return new Session(number.session(), user);
        }
        if (!known.window.isFresh(number.number())) {
            throw new FaultException(Fault.REPLAYED);
        }
        return known;
    }

    /** The packet proved good. */
    private void believe(PacketNumber number, Session session, InetSocketAddress from) throws FaultException {
        if (!session.window.isFresh(number.number())) {
            throw new FaultException(Fault.REPLAYED);
        }
        long now = context.nanos().getAsLong();
        boolean known = session.client() != null;
        session.seen(from, now);
        if (!known && !table.add(new Key(session.id, session.holder), session, now)) {
            throw new FaultException(Fault.FILTER_FULL);
        }
        session.window.mark(number.number());
    }

    @Override
    public int sessions() {
        return table.size();
    }
}

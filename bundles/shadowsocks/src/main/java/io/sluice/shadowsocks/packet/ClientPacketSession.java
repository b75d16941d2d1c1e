package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.crypto.Aead;
import io.sluice.shadowsocks.crypto.BlockCipher;
import io.sluice.shadowsocks.replay.SlidingWindow;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * A client's session of SIP022: one source endpoint, any number of peers.
 *
 * <p>A server that was started again answers under a new session of its own, so two are known: the current and the one before. A third is taken only
 * when the one before has been silent for a minute (§3.2.4).
 */
final class ClientPacketSession implements ClientPackets {

    private static final long OLD_SESSION_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final class ServerSession {

        private final long id;
        private final Aead aead;
        private final SlidingWindow window = new SlidingWindow();
        private long seenNanos;

        ServerSession(long id, Aead aead) {
            this.id = id;
            this.aead = aead;
        }
    }

    private final ClientKeys keys;
    private final PacketContext context;
    private final long session;
    private final SessionSealer sealer;
    private final PacketOpener opener;
    private final BlockCipher header;
    /** With ChaCha the key of all sessions. */
    private final Aead common;

    private ServerSession current;
    private ServerSession old;

    ClientPacketSession(ClientKeys keys, PacketContext context) {
        this.keys = keys;
        this.context = context;
        this.session = context.random().nextLong();
        this.sealer = SessionSealer.client(keys, session, context);
        this.opener = new PacketOpener(context.allocator());
        boolean separate = Construction.hasSeparateHeader(keys.method());
        this.header = separate ? BlockCipher.decrypting(keys.key()) : null;
        this.common = separate ? null : Construction.body(keys.method(), keys.key(), 0);
    }

    @Override
    public int overhead(InetSocketAddress peer) {
        return sealer.overhead(peer);
    }

    @Override
    public ByteBuf seal(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        return sealer.seal(payload, segmentSize, peer);
    }

    @Override
    public Datagram open(ByteBuf packet) throws FaultException {
        ByteBuf body = null;
        Datagram datagram = null;
        try {
            PacketNumber number;
            ServerSession server;
            if (header != null) {
                byte[] clear = separateHeader(packet);
                number = PacketNumber.read(Unpooled.wrappedBuffer(clear));
                server = server(number);
                body = opener.open(server.aead, Construction.nonce(clear, 0), packet);
            } else {
                body = opener.open(common, Construction.randomNonce(packet), packet);
                if (body.readableBytes() < PacketNumber.LENGTH) {
                    throw new FaultException(Fault.HEADER);
                }
                number = PacketNumber.read(body);
                server = server(number);
            }
            datagram = believe(number, server, body);
            return datagram;
        } finally {
            packet.release();
            if (datagram == null && body != null) {
                body.release();
            }
        }
    }

    private byte[] separateHeader(ByteBuf packet) throws FaultException {
        if (packet.readableBytes() < PacketNumber.LENGTH) {
            throw new FaultException(Fault.SHORT);
        }
        byte[] block = new byte[PacketNumber.LENGTH];
        packet.readBytes(block);
        header.apply(block, 0, block, 0);
        return block;
    }

    /** The session that it would belong to; a new one is not remembered before a packet of its proved good. */
    private ServerSession server(PacketNumber number) throws FaultException {
        if (number.session() == session) {
            throw new FaultException(
                    Fault.ANOTHER_REQUEST); // our own packet, thrown back: each side has a number of its own
        }
        ServerSession known = null;
        if (current != null && current.id == number.session()) {
            known = current;
        } else if (old != null && old.id == number.session()) {
            known = old;
        }
        if (known == null) {
            if (old != null && context.nanos().getAsLong() - old.seenNanos < OLD_SESSION_NANOS) {
                throw new FaultException(Fault.REPLAYED);
            }
            Aead aead = common == null ? Construction.body(keys.method(), keys.key(), number.session()) : common;
            return new ServerSession(number.session(), aead);
        }
        if (!known.window.isFresh(number.number())) {
            throw new FaultException(Fault.REPLAYED);
        }
        return known;
    }

    /** §3.2.4: nothing changes before the header proved good. */
    private Datagram believe(PacketNumber number, ServerSession server, ByteBuf body) throws FaultException {
        MainHeader.begin(body, MainHeader.SERVER, context.epochSeconds().getAsLong());
        if (body.readableBytes() < Long.BYTES || body.readLong() != session) {
            throw new FaultException(Fault.ANOTHER_REQUEST);
        }
        Datagram datagram = MainHeader.finish(body);
        if (!server.window.isFresh(number.number())) {
            throw new FaultException(Fault.REPLAYED);
        }
        if (server != current && server != old) {
            old = current;
            current = server;
        }
        server.window.mark(number.number());
        server.seenNanos = context.nanos().getAsLong();
        return datagram;
    }
}

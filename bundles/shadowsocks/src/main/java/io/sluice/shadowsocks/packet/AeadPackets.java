package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;
import io.sluice.proxycodec.socks.Socks5Address;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.crypto.Aead;
import io.sluice.shadowsocks.crypto.KeyDerivation;
import io.sluice.shadowsocks.replay.SaltFilter;
import java.net.InetSocketAddress;

/**
 * Packets of SIP004, the same in both directions: a salt, then address and payload under the salt's subkey with a nonce of zeros.
 *
 * <pre>
 * +------+---------------------------------+----------+
 * | salt |   encrypted address, payload    |   tag    |
 * +------+---------------------------------+----------+
 * </pre>
 */
final class AeadPackets extends PacketSealer implements ClientPackets {

    private final Method method;
    private final byte[] key;
    private final PacketContext context;
    private final SaltFilter salts;
    private final Aead sealing;
    private final Aead opening;
    private final PacketOpener opener;
    private final byte[] nonce;
    private final byte[] salt;

    /**
     * @param salts which packets came already; null on a client, where a repeated answer does no more than one that the network repeats
     */
    AeadPackets(Method method, byte[] key, PacketContext context, SaltFilter salts) {
        super(context.allocator());
        this.method = method;
        this.key = key.clone();
        this.context = context;
        this.salts = salts;
        this.sealing = new Aead(method.algorithm(), key);
        this.opening = new Aead(method.algorithm(), key);
        this.opener = new PacketOpener(context.allocator());
        this.nonce = new byte[method.algorithm().nonceLength()];
        this.salt = new byte[method.saltLength()];
    }

    @Override
    int overhead() {
        return salt.length + Aead.TAG_LENGTH;
    }

    @Override
    void seal(InetSocketAddress peer, ByteBuf payload, int length, ByteBuf out) {
        context.random().nextBytes(salt);
        if (salts != null) {
            // Our own answer must not come back as a request: nothing in it says which way it goes.
            salts.add(salt, 0, context.nanos().getAsLong());
        }
        sealing.key(KeyDerivation.sessionSubkey(method, key, salt));
        out.writeBytes(salt);
        int from = out.writerIndex();
        Socks5Address.write(peer, out);
        out.writeBytes(payload, length);
        int octets = out.writerIndex() - from;
        sealing.seal(nonce, out.array(), out.arrayOffset() + from, octets);
        out.writerIndex(from + octets + Aead.TAG_LENGTH);
    }

    @Override
    public Datagram open(ByteBuf packet) throws FaultException {
        ByteBuf body = null;
        Datagram datagram = null;
        try {
            if (packet.readableBytes() < salt.length + Aead.TAG_LENGTH) {
                throw new FaultException(Fault.SHORT);
            }
            packet.readBytes(salt);
            opening.key(KeyDerivation.sessionSubkey(method, key, salt));
            body = opener.open(opening, nonce, packet);
            remember();
            datagram = Datagram.of(body);
            return datagram;
        } finally {
            packet.release();
            if (datagram == null && body != null) {
                body.release();
            }
        }
    }

    private void remember() throws FaultException {
        if (salts != null) {
            switch (salts.add(salt, 0, context.nanos().getAsLong())) {
                case FRESH -> {}
                case REPLAYED -> throw new FaultException(Fault.REPLAYED);
                case FULL -> throw new FaultException(Fault.FILTER_FULL);
            }
        }
    }
}

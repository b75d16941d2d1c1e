package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;
import io.sluice.proxycodec.socks.Socks5Address;
import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.crypto.Aead;
import io.sluice.shadowsocks.crypto.BlockCipher;
import io.sluice.shadowsocks.crypto.IdentityHash;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * One sender of SIP022.
 *
 * <pre>
 * AES     separate header: session, number | identity headers | body: type, time, [client's session,] padding length 0, address, payload | tag
 * ChaCha  nonce | body: session, number, type, time, [client's session,] padding length 0, address, payload | tag
 * </pre>
 */
final class SessionSealer extends PacketSealer {

    /** A layer of identity headers: what it says, under whose key. */
    private record Identity(BlockCipher cipher, IdentityHash next) {}

    private final PacketContext context;
    private final Aead body;
    private final BlockCipher header;
    private final List<Identity> identities;
    private final long session;
    /** What a server's packets answer; null in a client's own. */
    private final Long clientSession;

    private long next;

    private SessionSealer(
            PacketContext context,
            Aead body,
            BlockCipher header,
            List<Identity> identities,
            long session,
            Long clientSession) {
        super(context.allocator());
        this.context = context;
        this.body = body;
        this.header = header;
        this.identities = identities;
        this.session = session;
        this.clientSession = clientSession;
    }

    /** A client's, with the headers that name it. */
    static SessionSealer client(ClientKeys keys, long session, PacketContext context) {
        List<Identity> identities = new ArrayList<>();
        for (IdentityHash hash : keys.identities()) {
            identities.add(new Identity(BlockCipher.encrypting(keys.chain().get(identities.size())), hash));
        }
        return new SessionSealer(
                context,
                Construction.body(keys.method(), keys.key(), session),
                header(keys.method(), keys.chain().getFirst()),
                identities,
                session,
                null);
    }

    /** A server's, for one session of a client. */
    static SessionSealer server(Method method, byte[] key, long clientSession, PacketContext context) {
        long session = context.random().nextLong();
        return new SessionSealer(
                context,
                Construction.body(method, key, session),
                header(method, key),
                List.of(),
                session,
                clientSession);
    }

    private static BlockCipher header(Method method, byte[] key) {
        return Construction.hasSeparateHeader(method) ? BlockCipher.encrypting(key) : null;
    }

    @Override
    int overhead() {
        int before = header != null
                ? PacketNumber.LENGTH + identities.size() * BlockCipher.BLOCK
                : Construction.RANDOM_NONCE + PacketNumber.LENGTH;
        int echo = clientSession == null ? 0 : Long.BYTES;
        return before + 1 + Long.BYTES + echo + Short.BYTES + Aead.TAG_LENGTH;
    }

    @Override
    void seal(InetSocketAddress peer, ByteBuf payload, int length, ByteBuf out) {
        int start = out.writerIndex();
        byte[] nonce;
        int from;
        if (header != null) {
            out.writeLong(session).writeLong(next++);
            nonce = Construction.nonce(out.array(), out.arrayOffset() + start);
            out.writeZero(identities.size() * BlockCipher.BLOCK);
            from = out.writerIndex();
        } else {
            nonce = new byte[Construction.RANDOM_NONCE];
            context.random().nextBytes(nonce);
            out.writeBytes(nonce);
            from = out.writerIndex();
            out.writeLong(session).writeLong(next++);
        }
        mainHeader(out);
        Socks5Address.write(peer, out);
        out.writeBytes(payload, length);
        int octets = out.writerIndex() - from;
        body.seal(nonce, out.array(), out.arrayOffset() + from, octets);
        out.writerIndex(from + octets + Aead.TAG_LENGTH);
        if (header != null) {
            sealHeaders(out.array(), out.arrayOffset() + start);
        }
    }

    private void mainHeader(ByteBuf out) {
        out.writeByte(clientSession == null ? MainHeader.CLIENT : MainHeader.SERVER);
        out.writeLong(context.epochSeconds().getAsLong());
        if (clientSession != null) {
            out.writeLong(clientSession);
        }
        out.writeShort(0);
    }

    /** Identity headers first: they are mixed with the separate header in clear. */
    private void sealHeaders(byte[] array, int offset) {
        if (!identities.isEmpty()) {
            IdentityHash clear = IdentityHash.at(array, offset);
            int at = offset + PacketNumber.LENGTH;
            for (Identity layer : identities) {
                layer.next().xor(clear).write(array, at);
                layer.cipher().apply(array, at, array, at);
                at += BlockCipher.BLOCK;
            }
        }
        header.apply(array, offset, array, offset);
    }
}

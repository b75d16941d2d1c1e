package io.sluice.shadowsocks.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.proxycodec.socks.Socks5Address;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.TimeStamps;
import io.sluice.shadowsocks.crypto.Aead;
import io.sluice.shadowsocks.crypto.BlockCipher;
import io.sluice.shadowsocks.crypto.IdentityHash;
import io.sluice.shadowsocks.crypto.KeyDerivation;
import io.sluice.shadowsocks.crypto.SessionCipher;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A client's end of one stream, put into a connected channel.
 *
 * <pre>
 * 2017  request: salt, chunk(address, first payload), chunk…        response: salt, chunk…
 * 2022  request: salt, identity headers, header, header(address, padding, first payload), chunk…
 *       response: salt, header(with the request's salt), payload chunk, chunk…
 * </pre>
 *
 * The request's first octets wait for the first payload, so that both travel together and their length says less; but not longer than
 * {@link #PATIENCE}, for protocols where the server speaks first.
 *
 * <p>Departs from SIP022 §3.1.3, where a client too takes salt and header with one read: we wait for the rest, since a path or a layer may cut anywhere,
 * and whoever was dialled learns nothing from it.
 */
public final class ClientStreamCodec extends StreamCodec {

    /** Ours: a local program sends within a millisecond or waits for the server. SIP022 §3.1.3 allows less than a second. */
    static final Duration PATIENCE = Duration.ofMillis(10);

    /** Type and time. */
    private static final int FIXED = 1 + 8;

    private final ClientContext context;
    private final InetSocketAddress destination;
    private final Runnable answered;
    private final byte[] requestSalt;
    private byte[] opening;
    private int gathered;
    private boolean told;
    private ScheduledFuture<?> patience;

    /**
     * @param destination carriable, see {@link Socks5Address#isCarriable}
     * @param answered told when the first genuine octets have come
     */
    public ClientStreamCodec(ClientContext context, InetSocketAddress destination, Runnable answered) {
        super(context.keys().method());
        this.context = context;
        this.destination = destination;
        this.answered = answered;
        this.requestSalt = Salts.fresh(method(), context.random());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        patience = ctx.executor().schedule(() -> open(ctx), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        patience.cancel(false);
        super.handlerRemoved(ctx);
    }

    @Override
    boolean opensWithoutPayload() {
        return true;
    }

    @Override
    String farSide() {
        return context.server();
    }

    @Override
    ByteBuf writeOpening(ChannelHandlerContext ctx, PendingWrites payload) {
        patience.cancel(false);
        SessionCipher cipher = Salts.cipher(method(), context.keys().key(), requestSalt);
        sealWith(cipher);
        return method().is2022() ? header(ctx, payload, cipher) : addressChunk(ctx, payload, cipher);
    }

    private ByteBuf addressChunk(ChannelHandlerContext ctx, PendingWrites payload, SessionCipher cipher) {
        int address = Socks5Address.length(destination);
        int octets = address + Math.min(payload.octets(), method().edition().maxChunk() - address);
        int whole = requestSalt.length + ChunkReader.LENGTH_CHUNK + octets + Aead.TAG_LENGTH;
        ByteBuf out = ctx.alloc().heapBuffer(whole, whole).writeBytes(requestSalt);
        cipher.seal(out.writeShort(octets), 2);
        Socks5Address.write(destination, out);
        payload.moveTo(out, octets - address);
        cipher.seal(out, octets);
        return out;
    }

    /** SIP022 §3.1.3. */
    private ByteBuf header(ChannelHandlerContext ctx, PendingWrites payload, SessionCipher cipher) {
        int address = Socks5Address.length(destination);
        int room = method().edition().maxChunk() - address - 2;
        int carried = Math.min(payload.octets(), room);
        int padding = Padding.length(context.random(), carried);
        carried = Math.min(carried, room - padding);
        int variable = address + 2 + padding + carried;
        int identities = context.keys().identities().size() * BlockCipher.BLOCK;
        int whole = requestSalt.length + identities + FIXED + 2 + Aead.TAG_LENGTH + variable + Aead.TAG_LENGTH;
        ByteBuf out = ctx.alloc().heapBuffer(whole, whole).writeBytes(requestSalt);
        identify(out);
        out.writeByte(HeaderType.CLIENT).writeLong(context.epochSeconds().getAsLong());
        cipher.seal(out.writeShort(variable), FIXED + 2);
        Socks5Address.write(destination, out);
        out.writeShort(padding);
        Padding.write(context.random(), padding, out);
        payload.moveTo(out, carried);
        cipher.seal(out, variable);
        return out;
    }

    /** 2022 extensible identity headers: each says whose key comes next, under the key before it. */
    private void identify(ByteBuf out) {
        byte[] block = new byte[BlockCipher.BLOCK];
        int layer = 0;
        for (IdentityHash next : context.keys().identities()) {
            byte[] subkey = KeyDerivation.identitySubkey(context.keys().chain().get(layer++), requestSalt);
            next.write(block, 0);
            BlockCipher.encrypting(subkey).apply(block, 0, block, 0);
            out.writeBytes(block);
        }
    }

    @Override
    boolean isOpeningPartial() {
        return gathered > 0;
    }

    @Override
    void readOpening(ChannelHandlerContext ctx, ByteBuf in) throws FaultException {
        int salt = method().saltLength();
        if (opening == null) {
            opening = new byte[method().is2022() ? salt + FIXED + salt + 2 + Aead.TAG_LENGTH : salt];
        }
        int some = Math.min(in.readableBytes(), opening.length - gathered);
        in.readBytes(opening, gathered, some);
        gathered += some;
        if (gathered < opening.length) {
            return;
        }
        byte[] responseSalt = Arrays.copyOf(opening, salt);
        SessionCipher cipher = Salts.cipher(method(), context.keys().key(), responseSalt);
        ChunkReader chunks = Salts.reader(ctx, method(), cipher);
        if (method().is2022()) {
            chunks.expectPayload(responseHeader(cipher, salt));
        }
        opening = null;
        gathered = 0;
        readChunks(chunks);
    }

    /** Gives the length of the payload chunk behind it. */
    private int responseHeader(SessionCipher cipher, int salt) throws FaultException {
        byte[] header = new byte[FIXED + salt + 2];
        if (!cipher.open(opening, salt, opening.length - salt, header, 0)) {
            throw new FaultException(Fault.NOT_GENUINE);
        }
        ByteBuf fields = Unpooled.wrappedBuffer(header);
        if (fields.readByte() != HeaderType.SERVER) {
            throw new FaultException(Fault.HEADER);
        }
        if (!TimeStamps.isCurrent(fields.readLong(), context.epochSeconds().getAsLong())) {
            throw new FaultException(Fault.TIME);
        }
        byte[] echoed = new byte[salt];
        fields.readBytes(echoed);
        if (!MessageDigest.isEqual(echoed, requestSalt)) {
            throw new FaultException(Fault.ANOTHER_REQUEST);
        }
        return fields.readUnsignedShort();
    }

    @Override
    void chunk(ChannelHandlerContext ctx, ByteBuf payload) {
        if (!told) {
            told = true;
            answered.run();
        }
        deliver(ctx, payload);
    }
}

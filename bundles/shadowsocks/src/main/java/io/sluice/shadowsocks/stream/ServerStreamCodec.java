package io.sluice.shadowsocks.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.proxycodec.socks.MalformedSocksException;
import io.sluice.proxycodec.socks.Socks5Address;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.ServerKeys.User;
import io.sluice.shadowsocks.TimeStamps;
import io.sluice.shadowsocks.crypto.Aead;
import io.sluice.shadowsocks.crypto.BlockCipher;
import io.sluice.shadowsocks.crypto.IdentityHash;
import io.sluice.shadowsocks.crypto.KeyDerivation;
import io.sluice.shadowsocks.crypto.SessionCipher;
import io.sluice.shadowsocks.replay.SaltFilter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A server's end of one stream; formats in {@link ClientStreamCodec}.
 *
 * <p>Order of checks (SIP022 §3.1.4): genuine, type, time, salt; only then is the salt remembered and anything believed. Whatever fails, the outcome is
 * the same {@code exceptionCaught} and silence; what to do with the connection is for the handler behind this one.
 *
 * <p>The response begins with its first payload (SIP022 §3.1.3: its header always goes along with some).
 */
public final class ServerStreamCodec extends StreamCodec {

    private enum Stage {
        /** Nothing was believed yet. */
        BEGINNING,
        /** The chunk with the address is awaited. */
        ADDRESS,
        STREAM
    }

    /** Type, time, length. */
    private static final int FIXED = 1 + 8 + 2;

    private final ServerContext context;
    private final Consumer<StreamHeader> requested;
    private final byte[] requestSalt;
    private Stage stage = Stage.BEGINNING;
    private User user;
    private int gathered;
    private ByteBuf address;
    private boolean draining;

    /** @param requested told once; what follows in the stream is passed on behind it */
    public ServerStreamCodec(ServerContext context, Consumer<StreamHeader> requested) {
        super(context.keys().method());
        this.context = context;
        this.requested = requested;
        this.requestSalt = new byte[method().saltLength()];
        this.user = context.keys().everybody();
    }

    @Override
    String farSide() {
        return "the client";
    }

    @Override
    boolean opensWithoutPayload() {
        return false;
    }

    /** A FIN before there is a request is just one. */
    @Override
    boolean isOpeningPartial() {
        return false;
    }

    @Override
    void readOpening(ChannelHandlerContext ctx, ByteBuf in) throws FaultException {
        if (method().is2022()) {
            readHeader(ctx, in);
            stage = Stage.ADDRESS;
            return;
        }
        int some = Math.min(in.readableBytes(), requestSalt.length - gathered);
        in.readBytes(requestSalt, gathered, some);
        gathered += some;
        if (gathered == requestSalt.length) {
            SessionCipher cipher = Salts.cipher(method(), user.key(), requestSalt);
            readChunks(Salts.reader(ctx, method(), cipher));
        }
    }

    /** SIP004: a salt that is not whole is refused like a wrong one, after the same work; see {@link #readHeader}. */
    @Override
    void openingEnded() throws FaultException {
        if (gathered > 0) {
            byte[] length = new byte[ChunkReader.LENGTH_CHUNK];
            Salts.cipher(method(), user.key(), requestSalt).open(length, 0, length.length, length, 0);
            throw new FaultException(Fault.SHORT);
        }
    }

    /**
     * SIP022 §3.1.3: salt and fixed-length header with exactly one read; what is cut is refused like what is wrong, and after the same work, so that the
     * time tells no prober how much a request has.
     */
    private void readHeader(ChannelHandlerContext ctx, ByteBuf received) throws FaultException {
        int identity = context.keys().hasUsers() ? BlockCipher.BLOCK : 0;
        int sealed = FIXED + Aead.TAG_LENGTH;
        int whole = requestSalt.length + identity + sealed;
        boolean cut = received.readableBytes() < whole;
        ByteBuf in = cut ? padded(received, whole) : received;
        in.readBytes(requestSalt);
        if (identity > 0) {
            user = identified(in);
            if (user == null) {
                throw new FaultException(cut ? Fault.SHORT : Fault.UNKNOWN_USER);
            }
        }
        SessionCipher cipher = Salts.cipher(method(), user.key(), requestSalt);
        byte[] ciphertext = new byte[sealed];
        in.readBytes(ciphertext);
        byte[] header = new byte[FIXED];
        boolean genuine = cipher.open(ciphertext, 0, sealed, header, 0);
        if (cut || !genuine) {
            throw new FaultException(cut ? Fault.SHORT : Fault.NOT_GENUINE);
        }
        ByteBuf fields = Unpooled.wrappedBuffer(header);
        if (fields.readByte() != HeaderType.CLIENT) {
            throw new FaultException(Fault.HEADER);
        }
        if (!TimeStamps.isCurrent(fields.readLong(), context.epochSeconds().getAsLong())) {
            throw new FaultException(Fault.TIME);
        }
        remember();
        ChunkReader chunks = Salts.reader(ctx, method(), cipher);
        chunks.expectPayload(fields.readUnsignedShort());
        readChunks(chunks);
    }

    private static ByteBuf padded(ByteBuf received, int whole) {
        byte[] octets = new byte[whole];
        received.readBytes(octets, 0, received.readableBytes());
        return Unpooled.wrappedBuffer(octets);
    }

    /** The user of the identity header, or null. */
    private User identified(ByteBuf in) {
        byte[] block = new byte[BlockCipher.BLOCK];
        in.readBytes(block);
        byte[] subkey = KeyDerivation.identitySubkey(context.keys().key(), requestSalt);
        BlockCipher.decrypting(subkey).apply(block, 0, block, 0);
        return context.keys().user(IdentityHash.at(block, 0));
    }

    private void remember() throws FaultException {
        SaltFilter.Verdict verdict =
                context.salts().add(requestSalt, 0, context.nanos().getAsLong());
        switch (verdict) {
            case FRESH -> {}
            case REPLAYED -> throw new FaultException(Fault.REPLAYED);
            case FULL -> throw new FaultException(Fault.FILTER_FULL);
        }
    }

    @Override
    void chunk(ChannelHandlerContext ctx, ByteBuf payload) throws FaultException {
        if (stage == Stage.STREAM) {
            deliver(ctx, payload);
            return;
        }
        try {
            if (stage == Stage.BEGINNING) {
                // SIP004: its first chunk was genuine, so the salt is.
                remember();
                stage = Stage.ADDRESS;
            }
            begin(ctx, payload);
        } finally {
            payload.release();
        }
    }

    private void begin(ChannelHandlerContext ctx, ByteBuf payload) throws FaultException {
        ByteBuf whole = joined(ctx, payload);
        try {
            InetSocketAddress destination = Socks5Address.read(whole);
            if (destination == null) {
                if (method().is2022()) {
                    // SIP022 §3.1.3: the header does not extend beyond its chunk.
                    throw new FaultException(Fault.HEADER);
                }
                return;
            }
            if (method().is2022()) {
                skipPadding(whole);
            }
            stage = Stage.STREAM;
            ByteBuf rest = whole.retainedSlice();
            try {
                requested.accept(new StreamHeader(destination, user.name()));
            } finally {
                deliver(ctx, rest);
            }
        } catch (MalformedSocksException e) {
            throw new FaultException(Fault.HEADER);
        } finally {
            if (stage == Stage.STREAM && address != null) {
                address.release();
                address = null;
            }
        }
    }

    /** SIP004 is a stream, in which the address may be cut; bounded, since an address is. */
    private ByteBuf joined(ChannelHandlerContext ctx, ByteBuf payload) {
        if (method().is2022()) {
            return payload;
        }
        if (address == null) {
            address = ctx.alloc().heapBuffer(payload.readableBytes());
        }
        return address.writeBytes(payload);
    }

    private static void skipPadding(ByteBuf header) throws FaultException {
        if (header.readableBytes() < 2) {
            throw new FaultException(Fault.HEADER);
        }
        int padding = header.readUnsignedShort();
        // SIP022 §3.1.3: at most 900, within the chunk, and not none where there is no payload either.
        if (padding > Padding.MAX || padding > header.readableBytes() || padding == 0 && !header.isReadable()) {
            throw new FaultException(Fault.HEADER);
        }
        header.skipBytes(padding);
    }

    @Override
    ByteBuf writeOpening(ChannelHandlerContext ctx, PendingWrites payload) {
        byte[] salt = Salts.fresh(method(), context.random());
        SessionCipher cipher = Salts.cipher(method(), user.key(), salt);
        sealWith(cipher);
        int octets = Math.min(payload.octets(), method().edition().maxChunk());
        boolean modern = method().is2022();
        int header = modern ? FIXED + requestSalt.length : 2;
        int whole = salt.length + header + Aead.TAG_LENGTH + octets + Aead.TAG_LENGTH;
        ByteBuf out = ctx.alloc().heapBuffer(whole, whole).writeBytes(salt);
        if (modern) {
            out.writeByte(HeaderType.SERVER)
                    .writeLong(context.epochSeconds().getAsLong())
                    .writeBytes(requestSalt);
        } else {
            // Nothing says which way a stream of SIP004 goes, so our own must not come back as a request.
            context.salts().add(salt, 0, context.nanos().getAsLong());
        }
        cipher.seal(out.writeShort(octets), header);
        payload.moveTo(out, octets);
        cipher.seal(out, octets);
        return out;
    }

    /**
     * After a fault: nothing is said, what comes is thrown away until the client's FIN or the limit, and the connection ends with our FIN. So where a fault
     * was found cannot be told from outside (SIP022 §3.1.3).
     */
    public void drain(Channel channel, Duration limit) {
        if (isInputEnded()) {
            channel.close();
            return;
        }
        draining = true;
        channel.config().setAutoRead(true);
        channel.eventLoop().schedule((Runnable) channel::close, limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        super.userEventTriggered(ctx, event);
        if (draining && event instanceof ChannelInputShutdownEvent) {
            ctx.close();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        super.handlerRemoved(ctx);
        if (address != null) {
            address.release();
            address = null;
        }
    }
}

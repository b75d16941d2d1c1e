package io.sluice.shadowsocks.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.ShadowsocksException;
import io.sluice.shadowsocks.crypto.Aead;
import io.sluice.shadowsocks.crypto.SessionCipher;
import java.nio.channels.ClosedChannelException;

/**
 * What both ends of a stream do once it has begun. How it begins, in each direction, they differ in.
 *
 * <p>Writing: what is written between two flushes becomes chunks as long as the edition allows, in heap buffers of exactly that length;
 * full ones go on at once, so that the channel's own account of what waits stays true. Reading: each chunk is passed on by itself.
 *
 * <p>Faults: from the first one on all input is thrown away, and {@code exceptionCaught} tells of it once.
 */
abstract class StreamCodec extends ChannelDuplexHandler {

    private final Method method;
    private final PendingWrites pending = new PendingWrites();
    private SessionCipher sealing;
    private ChunkReader reader;
    private boolean discarding;
    private boolean inputEnded;
    private boolean readWanted;

    StreamCodec(Method method) {
        this.method = method;
    }

    /**
     * Takes from the beginning of the input; calls {@link #readChunks} when it is through.
     *
     * @param in borrowed
     */
    abstract void readOpening(ChannelHandlerContext ctx, ByteBuf in) throws FaultException;

    /** A chunk was opened. Ownership passes. */
    abstract void chunk(ChannelHandlerContext ctx, ByteBuf payload) throws FaultException;

    /** Whether part of the opening has come. */
    abstract boolean isOpeningPartial();

    /** The far side has ended its stream before its opening was whole. */
    void openingEnded() throws FaultException {}

    /**
     * Writes what comes before the first chunk, and as much payload as fits beside it; calls {@link #sealWith} for that.
     *
     * @return owned by the caller
     */
    abstract ByteBuf writeOpening(ChannelHandlerContext ctx, PendingWrites payload);

    /** Whether the opening is sent by a flush that has no payload. */
    abstract boolean opensWithoutPayload();

    /** Who the far side is, for messages. */
    abstract String farSide();

    final Method method() {
        return method;
    }

    final void readChunks(ChunkReader chunks) {
        reader = chunks;
    }

    final ChunkReader reader() {
        return reader;
    }

    final void sealWith(SessionCipher cipher) {
        sealing = cipher;
    }

    final boolean hasWritten() {
        return sealing != null;
    }

    /** Whether a fault was found, and input is thrown away. */
    public final boolean isDiscarding() {
        return discarding;
    }

    /** Whether the far side's FIN was read. */
    public final boolean isInputEnded() {
        return inputEnded;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf buffer)) {
            ctx.write(message, promise);
            return;
        }
        pending.add(buffer, promise);
        while (pending.octets() >= method.edition().maxChunk()) {
            writeOne(ctx);
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        while (pending.octets() > 0) {
            writeOne(ctx);
        }
        if (!pending.isEmpty()) {
            if (!hasWritten() && opensWithoutPayload()) {
                writeOne(ctx);
            } else {
                pending.moveTo(Unpooled.EMPTY_BUFFER, 0);
                ctx.write(Unpooled.EMPTY_BUFFER, pending.promise(ctx));
            }
        }
        ctx.flush();
    }

    /** Writes the opening though nobody has written anything. */
    final void open(ChannelHandlerContext ctx) {
        if (!hasWritten()) {
            writeOne(ctx);
            ctx.flush();
        }
    }

    private void writeOne(ChannelHandlerContext ctx) {
        if (!hasWritten()) {
            ByteBuf out = writeOpening(ctx, pending);
            ctx.write(out, pending.promise(ctx));
            return;
        }
        int octets = Math.min(method.edition().maxChunk(), pending.octets());
        int whole = ChunkReader.LENGTH_CHUNK + octets + Aead.TAG_LENGTH;
        ByteBuf out = ctx.alloc().heapBuffer(whole, whole);
        sealing.seal(out.writeShort(octets), 2);
        pending.moveTo(out, octets);
        sealing.seal(out, octets);
        ctx.write(out, pending.promise(ctx));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (!discarding && reader == null) {
                readOpening(ctx, in);
            }
            while (!discarding && reader != null && in.isReadable()) {
                ByteBuf payload = reader.read(in);
                if (payload != null) {
                    chunk(ctx, payload);
                }
            }
        } catch (FaultException e) {
            fail(ctx, e.fault());
        } finally {
            in.release();
        }
    }

    /** Passes octets of the stream on. Ownership passes. */
    final void deliver(ChannelHandlerContext ctx, ByteBuf payload) {
        if (payload.isReadable()) {
            readWanted = false;
            ctx.fireChannelRead(payload);
        } else {
            payload.release();
        }
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        readWanted = true;
        ctx.read();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.fireChannelReadComplete();
        if (readWanted && !ctx.channel().config().isAutoRead()) {
            // Who asked has got nothing yet: the chunk is not whole.
            ctx.read();
        }
    }

    private void fail(ChannelHandlerContext ctx, Fault fault) {
        if (!discarding) {
            discarding = true;
            release();
            ctx.fireExceptionCaught(new ShadowsocksException(farSide(), fault));
        }
    }

    private boolean isCut() {
        return reader == null ? isOpeningPartial() : !reader.isAtBoundary();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            if (!discarding && reader == null) {
                try {
                    openingEnded();
                } catch (FaultException e) {
                    fail(ctx, e.fault());
                }
            }
            if (!discarding && isCut()) {
                fail(ctx, Fault.TRUNCATED);
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!discarding && !inputEnded && isCut()) {
            fail(ctx, Fault.TRUNCATED);
        }
        pending.fail(new ClosedChannelException());
        release();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        pending.fail(new ClosedChannelException());
        release();
    }

    private void release() {
        if (reader != null) {
            reader.release();
        }
    }
}

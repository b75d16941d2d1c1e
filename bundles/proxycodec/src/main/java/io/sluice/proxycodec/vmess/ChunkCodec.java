package io.sluice.proxycodec.vmess;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;

/**
 * The payload of a VMess connection: what is written below it are chunks, what is read above it is their content. The head (of a request or a response)
 * waits for the first chunk and goes with it.
 *
 * <pre>
 * state    event                 action                                         next
 * OPEN     chunk                 content to the reader                          OPEN
 * OPEN     last chunk            ChannelInputShutdownEvent to the reader        ENDED
 * OPEN     forged                exception to the reader                        FAILED
 * OPEN     FIN, close from below exception: without the last chunk it is cut    FAILED
 * ENDED    anything, FIN         thrown away                                    ENDED
 * FAILED   anything, FIN         thrown away                                    FAILED
 * </pre>
 *
 * <p>Of what it reads it keeps a part of a chunk, whose size the other end, a proved user, has announced: 64 KiB at most.
 */
public class ChunkCodec extends ChannelDuplexHandler {

    private enum State {
        OPEN,
        ENDED,
        FAILED
    }

    private final ChunkSealer sealer;
    private final ChunkOpener opener;
    private final boolean datagrams;
    private final boolean ofServer;
    private ByteBuf head;
    private ByteBuf partial;
    private State state = State.OPEN;
    private boolean outputEnded;
    private boolean started;
    private boolean emptyFirst;
    private boolean finIsEnd;
    private ChannelHandlerContext context;

    /** @param head ownership passes */
    ChunkCodec(ChunkSealer sealer, ChunkOpener opener, ByteBuf head, boolean datagrams, boolean ofServer) {
        this.ofServer = ofServer;
        this.sealer = sealer;
        this.opener = opener;
        this.head = head;
        this.datagrams = datagrams;
    }

    /** Payload that one datagram's chunk may have here; Xray's buffer of 8,192 octets less what a chunk adds. More would come out there in pieces. */
    public static final int MAX_DATAGRAM = 8_192 - Aead.TAG - ChunkKeys.MAX_PADDING - 2 - Aead.TAG;

    /** What {@link ChunkFraming} puts before each datagram. */
    static final int DATAGRAM_LENGTH = 2;

    /** The far side ends with FIN alone (Xray's experiment NoTerminationSignal), so a stream that was cut cannot be told from one that ended. */
    public final void takeFinForEnd() {
        finIsEnd = true;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (state == State.OPEN) {
                payload(ctx, in);
            }
        } finally {
            in.release();
        }
    }

    /** More payload has come. Borrowed. */
    final void payload(ChannelHandlerContext ctx, ByteBuf in) {
        ByteBuf out = null;
        if (!datagrams) {
            int most = in.readableBytes() + (partial == null ? 0 : partial.readableBytes());
            out = ctx.alloc().directBuffer(Math.max(1, most));
        }
        while (partial != null && in.isReadable() && state == State.OPEN) {
            int missing = opener.wanted() - partial.readableBytes();
            partial.writeBytes(in, Math.min(missing, in.readableBytes()));
            if (open(ctx, partial, out)) {
                partial.release();
                partial = null;
            }
        }
        while (in.isReadable() && state == State.OPEN && open(ctx, in, out)) {}
        if (state == State.OPEN && in.isReadable()) {
            partial = ctx.alloc()
                    .buffer(Math.max(opener.wanted(), in.readableBytes()))
                    .writeBytes(in);
        }
        deliver(ctx, out);
        conclude(ctx);
    }

    /** Whether a chunk was opened. */
    private boolean open(ChannelHandlerContext ctx, ByteBuf in, ByteBuf out) {
        switch (opener.next(in)) {
            case INCOMPLETE -> {
                return false;
            }
            case CHUNK -> {
                emptyFirst = false;
                if (out == null) {
                    ByteBuf datagram = ctx.alloc().directBuffer(DATAGRAM_LENGTH + opener.payload());
                    opener.write(datagram.writeShort(opener.payload()));
                    ctx.fireChannelRead(datagram);
                } else {
                    opener.write(out);
                }
            }
            case END -> {
                if (ofServer && !started) {
                    // Xray's client sends an empty chunk, and goes on, if there is no payload within 100 ms
                    // (common/buf TimeoutWrapperReader). So it is the end only if nothing but FIN follows.
                    emptyFirst = true;
                } else {
                    state = State.ENDED;
                }
            }
            case FORGED -> state = State.FAILED;
        }
        started = true;
        return true;
    }

    private static void deliver(ChannelHandlerContext ctx, ByteBuf out) {
        if (out != null && out.isReadable()) {
            ctx.fireChannelRead(out);
        } else if (out != null) {
            out.release();
        }
    }

    private void conclude(ChannelHandlerContext ctx) {
        if (state == State.ENDED) {
            forget();
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        } else if (state == State.FAILED) {
            forget();
            ctx.fireExceptionCaught(new IOException("a VMess chunk is forged or damaged"));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof ChannelInputShutdownEvent)) {
            ctx.fireUserEventTriggered(event);
        } else if (state == State.OPEN) {
            inputShutdown(ctx);
        }
    }

    /** FIN from below, before the end of the direction. */
    void inputShutdown(ChannelHandlerContext ctx) {
        if ((finIsEnd || emptyFirst) && partial == null) {
            state = State.ENDED;
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        } else {
            state = State.FAILED;
            ctx.fireExceptionCaught(new IOException("the VMess stream was cut: FIN without a last chunk"));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        // A client may give up before anybody reads here; there is nobody to be told then.
        if (state == State.OPEN && ctx.pipeline().last() != this) {
            state = State.FAILED;
            ctx.fireExceptionCaught(new IOException("the VMess stream was cut: closed without a last chunk"));
        }
        ctx.fireChannelInactive();
    }

    @Override
    public final void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ByteBuf payload = (ByteBuf) message;
        if (!payload.isReadable()) {
            // An empty chunk would be the end; an empty buffer is somebody waiting for what is before it.
            ctx.write(payload, promise);
            return;
        }
        try {
            if (datagrams) {
                payload.skipBytes(DATAGRAM_LENGTH);
            }
            ctx.write(sealed(ctx, payload), promise);
        } finally {
            payload.release();
        }
    }

    private ByteBuf sealed(ChannelHandlerContext ctx, ByteBuf payload) {
        int waiting = head == null ? 0 : head.readableBytes();
        ByteBuf out = ctx.alloc().directBuffer(waiting + sealer.bound(payload.readableBytes()));
        if (head != null) {
            out.writeBytes(head);
            head.release();
            head = null;
        }
        sealer.seal(payload, out);
        return out;
    }

    /** Sends the head now, without waiting for payload. */
    final void sendHead(ChannelHandlerContext ctx) {
        if (head != null) {
            ByteBuf first = head;
            head = null;
            ctx.writeAndFlush(first, ctx.voidPromise());
        }
    }

    /**
     * Sends the last chunk of our direction, once. Where nothing lies between the chunks and a socket, FIN follows it: sing-box knows no last chunk.
     * Loop only.
     */
    public final ChannelFuture end() {
        if (outputEnded) {
            return context.newSucceededFuture();
        }
        outputEnded = true;
        ChannelFuture last = context.writeAndFlush(sealed(context, Unpooled.EMPTY_BUFFER));
        if (context.channel() instanceof DuplexChannel socket
                && context.pipeline().first() == this) {
            return last.addListener(_ -> socket.shutdownOutput());
        }
        return last;
    }

    private void forget() {
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        forget();
        if (head != null) {
            head.release();
            head = null;
        }
    }
}

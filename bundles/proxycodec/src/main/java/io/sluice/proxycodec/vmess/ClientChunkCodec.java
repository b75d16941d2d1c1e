package io.sluice.proxycodec.vmess;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The client's side: before the payload comes the response's header. One that is not for us is not answered at once: as much as {@link Drain} says is
 * still read, so that whoever damages octets on the way does not see by our FIN which field he hit.
 */
final class ClientChunkCodec extends ChunkCodec {

    /**
     * How long the head waits for the first payload; ours. The client of a TUN device or a proxy has just been told that it may send, and does so within
     * a round trip; after this it waits for the far side to speak first. (Xray: 100 ms, which such protocols would feel.)
     */
    private static final long HEAD_MILLIS = 20;

    /** How long draining lasts at most; ours, the time an inbound leaves for a handshake. */
    private static final long DRAIN_SECONDS = 10;

    private static final String UNANSWERED =
            "the VMess server closed the connection without an answer: it does not know"
                    + " the id, or the clocks of both ends are more than 120 s apart";

    private final Session session;
    private ByteBuf received;
    private boolean answered;
    private boolean failed;
    private int drain;
    private ScheduledFuture<?> timer;

    ClientChunkCodec(
            ChunkSealer sealer, ChunkOpener opener, ByteBuf head, boolean datagrams, Session session, int drain) {
        super(sealer, opener, head, datagrams, false);
        this.session = session;
        this.drain = drain;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        super.handlerAdded(ctx);
        timer = ctx.executor().schedule(() -> sendHead(ctx), HEAD_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (answered) {
            super.channelRead(ctx, in);
            return;
        }
        drain -= in.readableBytes();
        if (failed) {
            in.release();
            drained(ctx);
            return;
        }
        received = received == null ? in : join(ctx, received, in);
        switch (ResponseHeader.read(session, received)) {
            case INCOMPLETE -> {}
            case GOOD -> {
                answered = true;
                super.channelRead(ctx, take());
            }
            case FOREIGN -> {
                failed = true;
                take().release();
                timer.cancel(false);
                timer = ctx.executor().schedule(() -> fail(ctx, FOREIGN), DRAIN_SECONDS, TimeUnit.SECONDS);
                drained(ctx);
            }
        }
    }

    private static final String FOREIGN = "the VMess server's answer is not for this request";

    private static ByteBuf join(ChannelHandlerContext ctx, ByteBuf first, ByteBuf second) {
        try {
            return ctx.alloc()
                    .buffer(first.readableBytes() + second.readableBytes())
                    .writeBytes(first)
                    .writeBytes(second);
        } finally {
            first.release();
            second.release();
        }
    }

    private ByteBuf take() {
        ByteBuf bytes = received;
        received = null;
        return bytes;
    }

    private void drained(ChannelHandlerContext ctx) {
        if (drain <= 0) {
            fail(ctx, FOREIGN);
        }
    }

    private void fail(ChannelHandlerContext ctx, String sentence) {
        if (!ctx.isRemoved() && ctx.channel().isActive()) {
            timer.cancel(false);
            ctx.fireExceptionCaught(new IOException(sentence));
        }
    }

    @Override
    void inputShutdown(ChannelHandlerContext ctx) {
        if (answered) {
            super.inputShutdown(ctx);
        } else {
            fail(ctx, failed ? FOREIGN : UNANSWERED);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        timer.cancel(false);
        if (answered) {
            super.channelInactive(ctx);
            return;
        }
        if (!failed) {
            ctx.fireExceptionCaught(new IOException(UNANSWERED));
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        timer.cancel(false);
        if (received != null) {
            take().release();
        }
        super.handlerRemoved(ctx);
    }
}

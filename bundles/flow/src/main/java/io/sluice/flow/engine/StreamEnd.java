package io.sluice.flow.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.util.ReferenceCountUtil;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.loop.StreamSplicer;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * One end of a stream's relay: the last handler of its channel. What is read here is written to the other end.
 *
 * <p>Back-pressure: a buffer that finds the other end's queue over {@link #QUEUE_LIMITS}'s high mark is flushed at once; if the kernel (or
 * the stack) does not take it, reading here stops until the queue is under the low mark. So at most the high mark and one read are in flight
 * in each direction.
 *
 * <p>Bulk: an end that reads {@link #BULK} in one go, from a kernel socket to a kernel socket with nothing between that would look at it, has what follows
 * spliced: the other end's queue is emptied first, then the octets no longer come by here until the splice ends, as it does with the FIN. Small
 * exchanges are copied, so that they hold no pipe.
 *
 * <p>Events: FIN → FIN to the other end behind what is queued; inactive or an I/O error before both directions have ended → the flow
 * is aborted, which resets the other end. With half-closure Netty reports a reset as an exception and then as a FIN: the
 * exception comes first and ends the flow. A remote that has ended in order and then goes without an exception is no abort: it takes no more (a
 * server of HTTP/2 that resets its finished stream with NO_ERROR). What the client still sends is thrown away until its FIN, or until the half-closed
 * flow is idle: to reset the client would take away what it has not received yet.
 */
final class StreamEnd extends ChannelInboundHandlerAdapter implements StreamSplicer.Listener {

    /**
     * Queue of an end, in octets. High: one read of the largest receive buffer (256 KiB) does not stop the reader. Low: a quarter, so that
     * the writer still has work while reading starts again.
     */
    static final WriteBufferWaterMark QUEUE_LIMITS = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    /** Octets read in one go, from which on splicing costs less than copying even if a pipe has to be made for it. */
    static final int BULK = 64 * 1024;

    private final StreamFlow flow;
    private final ByteStream stream;
    private final Channel own;
    private final boolean client;
    private StreamEnd other;
    private Channel peer;
    private ArrayDeque<ByteBuf> early;
    private boolean unflushed;
    private boolean paused;
    private boolean inputEnded;
    private boolean outputEnded;
    /** A socket that has sent FIN: the other's FIN closes it. */
    private boolean closesAtFin;
    /** A remote that has gone in order and takes no more. */
    private boolean gone;

    private StreamSplicer.Splice splice;
    private int burst;
    private boolean emptying;
    private boolean copied;

    StreamEnd(StreamFlow flow, ByteStream stream, boolean client) {
        this.flow = flow;
        this.stream = stream;
        this.own = stream.channel();
        this.client = client;
    }

    /** Takes its place in the channel; from now on an abort is noticed, and what is read early is kept. */
    void install() {
        own.config().setWriteBufferWaterMark(QUEUE_LIMITS);
        own.pipeline().addLast(this);
        if (!own.isActive()) {
            flow.aborted(client, null);
        } else if (own instanceof DuplexChannel duplex && duplex.isInputShutdown() && isBare()) {
            // Handlers before this one tell themselves what the socket's FIN means to them, and when.
            inputEnded = true;
        }
    }

    /** Whether nothing lies between this end and the channel. */
    private boolean isBare() {
        return own.pipeline().first() == this;
    }

    static void join(StreamEnd a, StreamEnd b) {
        a.other = b;
        a.peer = b.own;
        b.other = a;
        b.peer = a.own;
    }

    /** Both ends are joined: passes on what came early and begins to read. */
    void start() {
        if (early != null) {
            ArrayDeque<ByteBuf> first = early;
            early = null;
            first.forEach(this::forward);
            flush();
        }
        if (flow.closed()) {
            return;
        }
        if (inputEnded) {
            // A handler before this one may have kept what came ahead of the FIN.
            own.read();
            passFin();
        } else if (!paused) {
            own.config().setAutoRead(true);
        }
    }

    /** The flow has ended. */
    void discard() {
        endSplice();
        if (early != null) {
            early.forEach(ByteBuf::release);
            early = null;
        }
    }

    void close() {
        own.close();
    }

    void reset() {
        stream.reset();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf buffer)) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (flow.closed() || !buffer.isReadable() || other != null && other.gone) {
            buffer.release();
        } else if (peer == null) {
            // Reading is off, but epoll reads once more when the far side has hung up.
            if (early == null) {
                early = new ArrayDeque<>(2);
            }
            early.add(buffer);
        } else {
            // Netty reads on in the turn in which the splice begins when a FIN is there; the pipe is still empty then.
            endSplice();
            forward(buffer);
        }
    }

    private void forward(ByteBuf buffer) {
        int octets = buffer.readableBytes();
        burst += octets;
        moved(octets);
        peer.write(buffer, peer.voidPromise());
        unflushed = true;
        if (!peer.isWritable()) {
            flush();
            if (!peer.isWritable() && !paused) {
                paused = true;
                own.config().setAutoRead(false);
            }
        }
    }

    private void flush() {
        if (unflushed) {
            unflushed = false;
            peer.flush();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (peer != null) {
            flush();
            if (burst >= BULK && !copied && !emptying) {
                bulk();
            }
        }
        burst = 0;
    }

    /** Begins to splice, at once or when the other end's queue is empty. */
    private void bulk() {
        boolean bare = own instanceof SocketChannel && peer instanceof SocketChannel && isBare() && other.isBare();
        if (!bare || flow.engine().splicer() == null) {
            copied = true;
            return;
        }
        emptying = true;
        peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            emptying = false;
            if (written.isSuccess()) {
                beginSplice();
            }
        });
        if (emptying && !paused) {
            paused = true;
            own.config().setAutoRead(false);
        }
    }

    private void beginSplice() {
        StreamSplicer splicer = flow.engine().splicer();
        if (!flow.closed() && !inputEnded && splice == null && splicer != null) {
            splice = splicer.splice(own, peer, this);
            copied = splice == null;
        }
        resume();
    }

    private void endSplice() {
        if (splice != null) {
            splice.end();
            splice = null;
        }
    }

    @Override
    public void moved(int octets) {
        if (client) {
            flow.movedUp(octets);
        } else {
            flow.movedDown(octets);
        }
    }

    @Override
    public void handedBack() {
        splice = null;
    }

    @Override
    public void failed(boolean reading, IOException cause) {
        splice = null;
        flow.aborted(reading == client, cause);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (other != null && own.isWritable()) {
            other.resume();
        }
    }

    private void resume() {
        if (paused && !emptying && !flow.closed()) {
            paused = false;
            own.config().setAutoRead(true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            if (!inputEnded && !flow.closed()) {
                endSplice();
                inputEnded = true;
                if (peer != null) {
                    passFin();
                }
            }
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    private void passFin() {
        flush();
        flow.inputEnded();
        if (other.gone) {
            other.outputEnded(true, null);
        } else {
            other.stream.shutdownOutput().addListener(sent -> other.outputEnded(sent.isSuccess(), sent.cause()));
        }
    }

    private void outputEnded(boolean success, Throwable cause) {
        if (success || gone) {
            outputEnded = true;
            if (other.outputEnded) {
                flow.finished();
            } else if (!client && isBare() && own.config() instanceof SocketChannelConfig socket) {
                // Its FIN is the last thing it can say. With half-closure Netty would shut the input of a socket down
                // that is closed both
                // ways already, which fails, with an exception, once a flow. (A client's door may watch for the close
                // itself.)
                socket.setAllowHalfClosure(false);
                closesAtFin = true;
            }
        } else {
            flow.aborted(client, cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (closesAtFin && !inputEnded && !flow.closed()) {
            // A reset would have come as an exception before.
            inputEnded = true;
            passFin();
            return;
        }
        // An end whose two directions are over may close by itself; the flow then waits for the other end's FIN to be
        // sent.
        if (inputEnded && !outputEnded && !client && other != null) {
            gone = true;
            other.resume();
        } else if (!(inputEnded && outputEnded)) {
            flow.aborted(client, null);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            flow.aborted(client, cause);
        } else {
            flow.failed(client, cause);
        }
    }
}

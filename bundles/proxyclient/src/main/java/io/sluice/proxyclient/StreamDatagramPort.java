package io.sluice.proxyclient;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.outbound.ConnectException;
import io.sluice.proxycodec.DatagramFraming;
import io.sluice.proxycodec.EarlyBytes;
import io.sluice.proxycodec.FramedDatagram;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.ReceivedBytes;
import java.net.InetSocketAddress;

/**
 * An association whose datagrams stand in a stream. It ends with the stream.
 *
 * <p>Bounded: while the stream's queue is over its high mark, datagrams are dropped and counted, as a full interface queue would; what comes back
 * is at most one datagram and one read ahead of the receiver.
 */
public final class StreamDatagramPort implements DatagramPort {

    /** As a socket's send buffer: some dozens of datagrams. Ours: beyond it a datagram is late rather than sent. */
    private static final WriteBufferWaterMark QUEUE_LIMITS = new WriteBufferWaterMark(128 * 1024, 256 * 1024);

    private final Channel channel;
    private final DatagramFraming framing;
    private final ClientCounters counters;
    private final Promise<CloseReason> closed;
    private DatagramReceiver receiver;

    /** @param stream ownership passes; what stands ahead of the datagrams in it is the business of handlers before this one's */
    public StreamDatagramPort(ByteStream stream, DatagramFraming framing, ClientCounters counters) {
        this.channel = stream.channel();
        this.framing = framing;
        this.counters = counters;
        this.closed = channel.eventLoop().newPromise();
        channel.config().setAutoRead(false);
        channel.config().setWriteBufferWaterMark(QUEUE_LIMITS);
        channel.pipeline().addLast(new EarlyBytes(null, false), new FromStream());
        channel.closeFuture().addListener(gone -> close(CloseReason.REMOTE_ABORTED));
    }

    @Override
    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    @Override
    public void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        try {
            if (segmentSize <= 0) {
                sendOne(payload, payload.readableBytes(), peer);
                return;
            }
            while (payload.isReadable()) {
                sendOne(payload, Math.min(segmentSize, payload.readableBytes()), peer);
            }
        } finally {
            payload.release();
        }
    }

    private void sendOne(ByteBuf payload, int length, InetSocketAddress peer) {
        if (closed.isDone() || !channel.isWritable() || !framing.isCarriable(length, peer)) {
            counters.datagramsDropped.increment();
            payload.skipBytes(length);
            return;
        }
        ByteBuf frame = channel.alloc().buffer(framing.headerLength(peer) + length);
        framing.writeHeader(length, peer, frame);
        frame.writeBytes(payload, length);
        counters.datagramsSent.increment();
        channel.write(frame, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void receiver(DatagramReceiver taker) {
        receiver = taker;
        channel.config().setAutoRead(true);
    }

    @Override
    public void close(CloseReason reason) {
        if (closed.trySuccess(reason)) {
            channel.close();
        }
    }

    @Override
    public Future<CloseReason> closed() {
        return closed;
    }

    /** Takes datagrams off the stream. */
    private final class FromStream extends ChannelInboundHandlerAdapter {

        private ByteBuf received;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (closed.isDone()) {
                ((ByteBuf) message).release();
                return;
            }
            received = ReceivedBytes.join(ctx.alloc(), received, (ByteBuf) message);
            deliver();
        }

        private void deliver() {
            try {
                for (FramedDatagram next = framing.read(received); next != null; next = framing.read(received)) {
                    counters.datagramsReceived.increment();
                    receiver.datagram(next.payload(), 0, next.peer());
                    if (closed.isDone()) {
                        return;
                    }
                }
            } catch (MalformedMessageException e) {
                counters.malformedReplies.increment();
                close(CloseReason.PROXY_FAILED);
                return;
            }
            if (framing.isEnded()) {
                close(CloseReason.REMOTE_ABORTED);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            receiver.batchComplete();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                close(CloseReason.REMOTE_ABORTED);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof ConnectException && closed.tryFailure(cause)) {
                channel.close();
            } else {
                close(CloseReason.REMOTE_ABORTED);
            }
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            if (received != null) {
                received.release();
                received = null;
            }
        }
    }
}

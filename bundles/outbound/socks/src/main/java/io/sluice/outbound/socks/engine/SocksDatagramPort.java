package io.sluice.outbound.socks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.outbound.ConnectException;
import io.sluice.proxycodec.socks.Socks5Address;
import io.sluice.proxycodec.socks.Socks5DatagramDecoder;
import io.sluice.proxycodec.socks.Socks5DatagramHeaders;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.function.Function;

/**
 * An association: a socket connected to the proxy's relay (or another outbound's association with it), alive as long as the control connection is (RFC 1928 §7: an association
 * terminates when the TCP connection that the request arrived on terminates).
 *
 * <p>Nothing is queued here: what the socket does not take at once beyond its own bounded batch is dropped and counted.
 */
final class SocksDatagramPort implements DatagramPort {

    private final Channel control;
    private final DatagramIo datagrams;
    private final SocksCounters counters;
    private final EventLoop loop;
    private final Promise<CloseReason> closed;
    private final Socks5DatagramHeaders headers;
    private final Socks5DatagramDecoder decoder = new Socks5DatagramDecoder();
    private DatagramReceiver receiver;

    private SocksDatagramPort(Channel control, Function<DatagramSink, DatagramIo> below, SocksCounters counters) {
        this.control = control;
        this.counters = counters;
        this.loop = control.eventLoop();
        this.closed = loop.newPromise();
        this.headers = new Socks5DatagramHeaders(control.alloc());
        this.datagrams = below.apply(new FromRelay());
        control.pipeline().addLast(new ControlWatch());
        control.closeFuture().addListener(gone -> close(CloseReason.REMOTE_ABORTED));
        // The proxy has nothing to say here any more; reading notices its FIN.
        control.config().setAutoRead(true);
    }

    /** Both channels pass into its ownership; the first is connected to the relay. On their loop. */
    static SocksDatagramPort on(DatagramChannel socket, Channel control, EventLoops loops, SocksCounters counters) {
        SocksDatagramPort port = new SocksDatagramPort(control, sink -> loops.datagrams(socket, sink), counters);
        socket.closeFuture().addListener(gone -> port.close(CloseReason.REMOTE_ABORTED));
        return port;
    }

    /** Likewise, through another outbound. */
    static SocksDatagramPort on(DatagramPort below, InetSocketAddress relay, Channel control, SocksCounters counters) {
        SocksDatagramPort port = new SocksDatagramPort(
                control, sink -> new PortDatagrams(below, relay, sink, control.alloc()), counters);
        below.closed().addListener(gone -> port.close(CloseReason.REMOTE_ABORTED));
        return port;
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        if (closed.isDone()) {
            payload.release();
            return;
        }
        int number = number(payload.readableBytes(), segmentSize);
        if (!Socks5Address.isCarriable(peer)) {
            counters.datagramsDropped.add(number);
            payload.release();
        } else if (datagrams.send(headers.of(peer), payload, segmentSize, null)) {
            counters.datagramsSent.add(number);
        } else {
            counters.datagramsDropped.add(number);
        }
    }

    private static int number(int octets, int segmentSize) {
        return segmentSize <= 0 || octets <= segmentSize ? 1 : (octets + segmentSize - 1) / segmentSize;
    }

    @Override
    public void flush() {
        datagrams.flush();
    }

    @Override
    public void receiver(DatagramReceiver taker) {
        receiver = taker;
        datagrams.reading(true);
    }

    @Override
    public void close(CloseReason reason) {
        if (closed.trySuccess(reason)) {
            datagrams.close();
            headers.release();
            control.close();
        }
    }

    @Override
    public Future<CloseReason> closed() {
        return closed;
    }

    /** Datagrams of the relay to the receiver. */
    private final class FromRelay implements DatagramSink {

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress from) {
            if (segmentSize == 0) {
                deliver(payload);
                return;
            }
            // Joined by the kernel: each has a header of its own.
            int end = payload.writerIndex();
            for (int at = payload.readerIndex(); at < end; at += segmentSize) {
                deliver(payload.retainedSlice(at, Math.min(segmentSize, end - at)));
            }
            payload.release();
        }

        private void deliver(ByteBuf datagram) {
            InetSocketAddress peer = decoder.decode(datagram);
            if (peer == null) {
                counters.malformedDatagrams.increment();
                datagram.release();
            } else {
                counters.datagramsReceived.increment();
                receiver.datagram(datagram, 0, peer);
            }
        }

        @Override
        public void batchComplete() {
            receiver.batchComplete();
        }

        @Override
        public void failed(IOException cause, int lost) {
            if (lost > 0 || cause instanceof PortUnreachableException) {
                // ICMP can be forged, and the control connection says reliably when the association has ended.
                counters.datagramsDropped.add(Math.max(1, lost));
            } else {
                close(CloseReason.PROXY_FAILED);
            }
        }
    }

    /** Ends the association with its control connection. */
    private final class ControlWatch extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ((ByteBuf) message).release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                close(CloseReason.REMOTE_ABORTED);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            close(cause instanceof ConnectException known ? known.reason() : CloseReason.REMOTE_ABORTED);
        }
    }
}

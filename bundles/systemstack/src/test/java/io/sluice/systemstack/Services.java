package io.sluice.systemstack;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.flow.DatagramRequest;
import io.sluice.api.flow.EchoRequest;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.StreamRequest;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Every host beyond: echo, discard, refusals of each kind, a late answer, and one who speaks first and closes. */
final class Services implements FlowAcceptor {

    static final int ECHO = 7;
    static final int DISCARD = 9;
    static final int REFUSED = 10;
    static final int UNREACHABLE = 11;
    static final int DROPPED = 12;
    static final int GREETING = 13;
    static final int LATE = 14;

    final AtomicInteger cancelled = new AtomicInteger();
    final AtomicInteger inactive = new AtomicInteger();
    volatile Throwable lastFault;

    @Override
    public void stream(StreamRequest request) {
        request.onCancel(cancelled::incrementAndGet);
        int port = request.source().destination().getPort();
        switch (port) {
            case REFUSED -> request.reject(CloseReason.CONNECT_REFUSED);
            case UNREACHABLE -> request.reject(CloseReason.UNREACHABLE);
            case DROPPED -> request.reject(CloseReason.POLICY_DROPPED);
            case LATE -> request.eventLoop().schedule(() -> serve(request, port), 1_500, TimeUnit.MILLISECONDS);
            default -> serve(request, port);
        }
    }

    private void serve(StreamRequest request, int port) {
        ByteStream stream = request.accept();
        stream.channel().pipeline().addLast(new Service(stream, port == ECHO || port == LATE));
        if (port == GREETING) {
            stream.channel().writeAndFlush(stream.channel().alloc().buffer().writeBytes("hello\n".getBytes()));
            stream.shutdownOutput();
        }
        stream.channel().config().setAutoRead(true);
    }

    @Override
    public void datagrams(DatagramRequest request) {
        DatagramPort client = request.accept();
        client.receiver(new DatagramReceiver() {
            @Override
            public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                client.send(payload, segmentSize, peer);
            }

            @Override
            public void batchComplete() {
                client.flush();
            }
        });
    }

    @Override
    public void echo(EchoRequest request) {
        request.reply();
    }

    private final class Service extends ChannelInboundHandlerAdapter {
        private final ByteStream stream;
        private final boolean echo;

        Service(ByteStream stream, boolean echo) {
            this.stream = stream;
            this.echo = echo;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (echo) {
                context.write(message, context.voidPromise());
            } else {
                ((ByteBuf) message).release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
            context.channel().config().setAutoRead(!echo || context.channel().isWritable());
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            context.channel().config().setAutoRead(!echo || context.channel().isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                // As a flow does once both directions have ended.
                stream.shutdownOutput().addListener(sent -> context.close());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            inactive.incrementAndGet();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            lastFault = cause;
            context.close();
        }
    }
}

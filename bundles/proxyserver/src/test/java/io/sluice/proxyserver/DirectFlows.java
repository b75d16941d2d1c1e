package io.sluice.proxyserver;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.DuplexChannel;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.flow.DatagramRequest;
import io.sluice.api.flow.EchoRequest;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.StreamRequest;
import io.sluice.api.loop.EventLoops;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A flow room that opens everything itself, on the machine's own sockets, names as loopback: dial first, back-pressure, half-close. */
public final class DirectFlows implements FlowAcceptor {

    public final List<StreamRequest> streams = new CopyOnWriteArrayList<>();
    private final EventLoops loops;

    public DirectFlows(EventLoops loops) {
        this.loops = loops;
    }

    private static InetSocketAddress resolved(InetSocketAddress destination) {
        return destination.isUnresolved() ? new InetSocketAddress("127.0.0.1", destination.getPort()) : destination;
    }

    @Override
    public void stream(StreamRequest request) {
        streams.add(request);
        new Bootstrap()
                .group(request.eventLoop())
                .channel(loops.streamChannel())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(resolved(request.source().destination()))
                .addListener((ChannelFuture connected) -> {
                    if (!connected.isSuccess()) {
                        request.reject(CloseReason.CONNECT_REFUSED);
                        return;
                    }
                    ByteStream client = request.accept();
                    ByteStream remote = ByteStream.of((DuplexChannel) connected.channel());
                    client.channel().pipeline().addLast(new Relay(client, remote));
                    remote.channel().pipeline().addLast(new Relay(remote, client));
                    client.channel().config().setAutoRead(true);
                    remote.channel().config().setAutoRead(true);
                });
    }

    private static final class Relay extends ChannelInboundHandlerAdapter {
        private final ByteStream from;
        private final ByteStream to;
        private boolean finished;

        Relay(ByteStream from, ByteStream to) {
            this.from = from;
            this.to = to;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            to.channel().writeAndFlush(message);
            if (!to.channel().isWritable()) {
                ctx.channel().config().setAutoRead(false);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            to.channel().config().setAutoRead(ctx.channel().isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent && !finished) {
                finished = true;
                to.shutdownOutput().addListener(done -> {
                    if (((DuplexChannel) from.channel()).isOutputShutdown()) {
                        from.channel().close();
                        to.channel().close();
                    }
                });
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (to.channel().isActive() && !finished) {
                to.reset();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    @Override
    public void datagrams(DatagramRequest request) {
        DatagramPort port = request.accept();
        ChannelFuture bound = new Bootstrap()
                .group(request.eventLoop())
                .channel(loops.datagramChannel())
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        DatagramPacket packet = (DatagramPacket) message;
                        port.send(packet.content(), 0, packet.sender());
                        port.flush();
                    }
                })
                .bind(0);
        Channel socket = bound.channel();
        port.closed().addListener(end -> socket.close());
        bound.addListener(ready -> port.receiver(new DatagramReceiver() {
            @Override
            public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                socket.write(new DatagramPacket(payload, resolved(peer)));
            }

            @Override
            public void batchComplete() {
                socket.flush();
            }
        }));
    }

    @Override
    public void echo(EchoRequest request) {
        request.reject(CloseReason.OUTBOUND_UNSUPPORTED);
    }
}

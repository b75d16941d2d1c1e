package io.sluice.outbound.shadowsocks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
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
import io.sluice.inbound.shadowsocks.engine.PacketServer;
import io.sluice.inbound.shadowsocks.engine.ServerCounters;
import io.sluice.inbound.shadowsocks.engine.StreamServer;
import io.sluice.loop.NettyEventLoops;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.InboundSettings;
import io.sluice.proxyserver.Listener;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.ServerKeys;
import io.sluice.shadowsocks.packet.PacketContext;
import io.sluice.shadowsocks.packet.ServerPackets;
import io.sluice.shadowsocks.stream.ServerContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Map;

/** Our inbound, before a flow room that is every far host itself and echoes. */
final class OurServer implements FlowAcceptor, AutoCloseable {

    final ServerCounters counters;
    volatile ByteStream last;
    private final Listener streams;
    private final PacketServer packets;

    OurServer(NettyEventLoops loops, Method method, String password, Map<String, String> users) throws IOException {
        Door door = new Door(InboundSettings.keyed("shadowsocks", "in", "127.0.0.1", 0), loops, () -> this);
        SecureRandom random = new SecureRandom();
        ServerKeys keys = ServerKeys.of(method, password, users);
        counters = new ServerCounters(door.counters());
        streams = Listener.open(
                door,
                new StreamServer(
                        door, ServerContext.of(keys, OutboundFixture::epoch, System::nanoTime, random), counters));
        PacketContext context =
                new PacketContext(random, OutboundFixture::epoch, System::nanoTime, ByteBufAllocator.DEFAULT);
        packets = PacketServer.open(door, ServerPackets.of(keys, context), counters, streams.local());
    }

    InetSocketAddress address() {
        return streams.local();
    }

    @Override
    public void stream(StreamRequest request) {
        ByteStream stream = request.accept();
        last = stream;
        stream.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
            private boolean over;

            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ctx.write(message, ctx.voidPromise());
                if (!ctx.channel().isWritable()) {
                    ctx.flush();
                    ctx.channel().config().setAutoRead(ctx.channel().isWritable());
                }
            }

            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
                ctx.flush();
            }

            @Override
            public void channelWritabilityChanged(ChannelHandlerContext ctx) {
                ctx.channel().config().setAutoRead(ctx.channel().isWritable());
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event instanceof ChannelInputShutdownEvent && !over) {
                    over = true;
                    stream.shutdownOutput().addListener(sent -> ctx.close());
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                stream.reset();
            }
        });
        stream.channel().config().setAutoRead(true);
    }

    @Override
    public void datagrams(DatagramRequest request) {
        DatagramPort port = request.accept();
        port.receiver(new DatagramReceiver() {
            @Override
            public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                port.send(payload, segmentSize, peer);
            }

            @Override
            public void batchComplete() {
                port.flush();
            }
        });
    }

    @Override
    public void echo(EchoRequest request) {
        request.reject(CloseReason.OUTBOUND_UNSUPPORTED);
    }

    @Override
    public void close() {
        streams.close();
        packets.close();
    }
}

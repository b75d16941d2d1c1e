package io.sluice.inbound.shadowsocks.engine;

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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A flow room that is every far host itself, and sends all back: FIN after FIN, resets after aborts. Or refuses. */
final class EchoFlows implements FlowAcceptor {

    final List<StreamRequest> streams = new CopyOnWriteArrayList<>();
    final List<DatagramRequest> datagrams = new CopyOnWriteArrayList<>();
    final List<DatagramPort> ports = new CopyOnWriteArrayList<>();
    final List<String> ends = new CopyOnWriteArrayList<>();
    volatile CloseReason refusal;

    @Override
    public void stream(StreamRequest request) {
        streams.add(request);
        if (refusal == null) {
            echo(request.accept());
        } else {
            request.reject(refusal);
        }
    }

    private void echo(ByteStream stream) {
        stream.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
            private boolean over;

            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ctx.write(message);
                if (!ctx.channel().isWritable()) {
                    ctx.channel().config().setAutoRead(false);
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
                    ends.add("FIN");
                    stream.shutdownOutput().addListener(sent -> ctx.close());
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                if (!over) {
                    over = true;
                    ends.add(cause.getMessage());
                    stream.reset();
                }
            }
        });
        stream.channel().config().setAutoRead(true);
    }

    @Override
    public void datagrams(DatagramRequest request) {
        datagrams.add(request);
        if (refusal != null) {
            request.reject(refusal);
            return;
        }
        DatagramPort port = request.accept();
        ports.add(port);
        port.closed().addListener(end -> ends.add(String.valueOf(end.getNow())));
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
}

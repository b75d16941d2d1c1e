package io.sluice.proxyserver;

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

/** A flow room that refuses everything with one reason, or accepts it and sends what comes back to the client. */
public final class ScriptedFlows implements FlowAcceptor {

    public volatile CloseReason refusal;
    public volatile boolean hesitates;
    public final List<StreamRequest> streams = new CopyOnWriteArrayList<>();
    public final List<DatagramRequest> datagrams = new CopyOnWriteArrayList<>();
    public final List<DatagramPort> ports = new CopyOnWriteArrayList<>();
    public final List<String> ends = new CopyOnWriteArrayList<>();

    @Override
    public void stream(StreamRequest request) {
        streams.add(request);
        request.onCancel(() -> ends.add("cancelled"));
        if (hesitates) {
            return;
        }
        if (refusal != null) {
            request.reject(refusal);
        } else {
            echo(request.accept());
        }
    }

    /** Accepts and sends everything back, the FIN too. */
    public static void echo(ByteStream stream) {
        stream.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ctx.writeAndFlush(message);
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event instanceof ChannelInputShutdownEvent) {
                    stream.shutdownOutput();
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                ctx.close();
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

package io.sluice.inbound.shadowsocks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.transport.Arrival;
import io.sluice.proxycodec.Handshake;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.StreamOpening;
import io.sluice.shadowsocks.ShadowsocksException;
import io.sluice.shadowsocks.stream.ServerStreamCodec;
import io.sluice.shadowsocks.stream.StreamHeader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ScheduledFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, until it is a flow's. Behind its codec, so it sees the stream's own octets only.
 *
 * <pre>
 * state     event              action                                              next
 * OPENING   a request          ask the flow room; nothing is read meanwhile        DECIDING
 * OPENING   a fault            count it; the codec throws away what comes          OPENING
 * OPENING   FIN, or the limit  close                                               –
 * DECIDING  accepted           hand the channel over, with what came early         –
 * DECIDING  refused            reset: the client has the key, so it may know       –
 * DECIDING  FIN                a half-close, handed over with the stream           DECIDING
 * </pre>
 *
 * A fault does not change the state: what cannot be read and what has not come yet must look alike (SIP022 §3.1.3), down to the time.
 */
final class StreamConversation extends Handshake {

    private static final Logger LOG = LoggerFactory.getLogger(StreamConversation.class);

    private final StreamServer server;
    private final ByteStream below;
    private final Arrival arrival;
    private final ServerStreamCodec codec;
    private ChannelHandlerContext context;
    private ScheduledFuture<?> deadline;
    private StreamOpening deciding;

    StreamConversation(StreamServer server, ByteStream below, Arrival arrival) {
        this.server = server;
        this.below = below;
        this.arrival = arrival;
        this.codec = new ServerStreamCodec(server.context(), this::requested);
    }

    void begin() {
        below.channel().pipeline().addLast(codec, this);
        below.channel().config().setAutoRead(true);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        deadline = server.door().deadline(ctx.channel());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) throws Exception {
        deadline.cancel(false);
        super.handlerRemoved(ctx);
    }

    private void requested(StreamHeader header) {
        deadline.cancel(false);
        Door door = server.door();
        FlowAcceptor flows = door.flows().get();
        if (flows == null || header.destination().getPort() == 0) {
            rejected(CloseReason.INBOUND_WITHDRAWN);
            return;
        }
        context.channel().config().setAutoRead(false);
        deciding = new StreamOpening(context, source(header), this::accepted, this::rejected);
        flows.stream(deciding);
    }

    private FlowSource source(StreamHeader header) {
        InetSocketAddress destination = header.destination();
        return FlowSource.keyed(
                Network.TCP, server.door().settings().tag(), arrival.peer(), destination, header.user());
    }

    private ByteStream accepted() {
        ByteStream stream = new ClientStream(below, codec);
        if (!isOver()) {
            server.door().counters().streams.increment();
            server.door().guests().remove(context.channel());
            handOver(context);
        }
        return stream;
    }

    private void rejected(CloseReason reason) {
        server.door().counters().refusedRequests.increment();
        below.reset();
    }

    /** What follows the request waits until somebody reads it. */
    @Override
    protected void advance(ChannelHandlerContext ctx, ByteBuf in) {}

    @Override
    protected void inputEnded(ChannelHandlerContext ctx) {
        if (deciding == null) {
            ctx.close();
        }
    }

    @Override
    protected void closed(ChannelHandlerContext ctx) {
        if (deciding != null) {
            deciding.cancelled();
        }
    }

    @Override
    protected void failed(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof ShadowsocksException broken) {
            server.counters().stream(broken.fault());
            if (deciding != null) {
                // Cut before it was handed over.
                below.reset();
            }
            return;
        }
        if (!(cause instanceof IOException)) {
            server.door().counters().internalErrors.increment();
            LOG.error(
                    "inbound \"{}\": a Shadowsocks conversation failed",
                    server.door().settings().tag(),
                    cause);
        }
        ctx.close();
    }
}

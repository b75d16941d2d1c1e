package io.sluice.proxyserver.keyed;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.FlowSource;
import io.sluice.proxycodec.DatagramFraming;
import io.sluice.proxyserver.ClientDatagramPort;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.InboundCounters;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Datagrams of one client in a stream. Its first datagram makes a flow; when that ends, so does the association.
 *
 * <p>Bounded: while the stream's queue is over its high mark, datagrams for the client are dropped and counted.
 */
final class FramedAssociation implements ClientDatagramPort.Association {

    private final Door door;
    private final Channel channel;
    private final DatagramFraming framing;
    private final Function<InetSocketAddress, FlowSource> source;
    private final Consumer<CloseReason> ended;
    private ClientDatagramPort flow;
    private boolean over;

    /**
     * @param source makes a flow's source of its first destination
     * @param ended called once, when its flow has ended or was refused, unless {@link #close} was called
     */
    FramedAssociation(
            Door door,
            Channel channel,
            DatagramFraming framing,
            Function<InetSocketAddress, FlowSource> source,
            Consumer<CloseReason> ended) {
        this.door = door;
        this.channel = channel;
        this.framing = framing;
        this.source = source;
        this.ended = ended;
    }

    /** A datagram of the client. Ownership passes. */
    void arrived(ByteBuf payload, InetSocketAddress peer) {
        FlowAcceptor flows = door.flows().get();
        if (over || peer.getPort() == 0 || flow == null && flows == null) {
            door.counters().droppedDatagrams.increment();
            payload.release();
        } else if (flow != null) {
            flow.arrived(payload, peer);
        } else {
            ClientDatagramPort begun = ClientDatagramPort.begin(this, flows, source.apply(peer), payload);
            flow = over ? null : begun;
        }
    }

    void batchComplete() {
        if (flow != null) {
            flow.batchComplete();
        }
    }

    /** The client has gone. */
    void close(CloseReason reason) {
        if (!over) {
            over = true;
            if (flow != null) {
                flow.close(reason);
            }
        }
    }

    @Override
    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    @Override
    public InboundCounters counters() {
        return door.counters();
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
        if (over || !channel.isWritable() || !framing.isCarriable(length, peer)) {
            door.counters().droppedDatagrams.increment();
            payload.skipBytes(length);
            return;
        }
        ByteBuf frame = channel.alloc().buffer(framing.headerLength(peer) + length);
        framing.writeHeader(length, peer, frame);
        frame.writeBytes(payload, length);
        channel.write(frame, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void forget(ClientDatagramPort port, CloseReason reason) {
        flow = null;
        if (!over) {
            over = true;
            ended.accept(reason);
        }
    }
}

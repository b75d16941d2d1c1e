package io.sluice.proxyserver;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.FlowSource;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;

/** The client's end of one flow of an association. What comes before the flow room has taken it waits here, bounded. */
public final class ClientDatagramPort implements DatagramPort {

    /** Ours: what a resolver or a QUIC client sends before it waits for an answer. */
    private static final int MAX_WAITING = 16;

    /** The association, which carries datagrams to and from the client. On its loop. */
    public interface Association {

        EventLoop eventLoop();

        InboundCounters counters();

        /** Towards the client. Ownership of the payload passes. */
        void send(ByteBuf payload, int segmentSize, InetSocketAddress peer);

        void flush();

        /** The flow has ended, or was refused: the next datagram makes a new one. */
        void forget(ClientDatagramPort ended, CloseReason reason);
    }

    private record Waiting(ByteBuf payload, InetSocketAddress peer) {}

    private final Association association;
    private final Promise<CloseReason> closed;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(2);
    private DatagramReceiver receiver;

    private ClientDatagramPort(Association association) {
        this.association = association;
        this.closed = association.eventLoop().newPromise();
    }

    /**
     * Begins a flow.
     *
     * @param first its first datagram, for {@code source}'s destination; ownership passes
     * @return where further datagrams go
     */
    public static ClientDatagramPort begin(
            Association association, FlowAcceptor flows, FlowSource source, ByteBuf first) {
        ClientDatagramPort port = new ClientDatagramPort(association);
        port.arrived(first, source.destination());
        flows.datagrams(new AssociationRequest(association, port, source));
        return port;
    }

    /** Ownership passes. */
    public void arrived(ByteBuf payload, InetSocketAddress peer) {
        if (receiver != null) {
            receiver.datagram(payload, 0, peer);
        } else if (waiting.size() < MAX_WAITING && !closed.isDone()) {
            waiting.add(new Waiting(kept(payload), peer));
        } else {
            association.counters().droppedDatagrams.increment();
            payload.release();
        }
    }

    /** The buffer that it was read into has room for the largest, so a datagram that waits moves out of it. */
    private static ByteBuf kept(ByteBuf payload) {
        try {
            int length = payload.readableBytes();
            return payload.alloc().directBuffer(Math.max(1, length)).writeBytes(payload);
        } finally {
            payload.release();
        }
    }

    public void batchComplete() {
        if (receiver != null) {
            receiver.batchComplete();
        }
    }

    @Override
    public EventLoop eventLoop() {
        return association.eventLoop();
    }

    @Override
    public void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        if (closed.isDone()) {
            payload.release();
        } else {
            association.send(payload, segmentSize, peer);
        }
    }

    @Override
    public void flush() {
        if (!closed.isDone()) {
            association.flush();
        }
    }

    @Override
    public void receiver(DatagramReceiver taker) {
        receiver = taker;
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            taker.datagram(next.payload, 0, next.peer);
        }
        taker.batchComplete();
    }

    @Override
    public void close(CloseReason reason) {
        if (closed.trySuccess(reason)) {
            association.forget(this, reason);
            waiting.forEach(left -> left.payload.release());
            waiting.clear();
        }
    }

    @Override
    public Future<CloseReason> closed() {
        return closed;
    }
}

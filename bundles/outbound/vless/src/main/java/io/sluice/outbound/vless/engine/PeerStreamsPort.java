package io.sluice.outbound.vless.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.proxyclient.ClientCounters;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * An association for a server that knows no XUDP: a stream for each peer, opened with its first datagram.
 *
 * <p>Bounded: {@link #MAX_PEERS} streams, the one unused for longest makes room; {@link #MAX_WAITING} datagrams wait for a stream, what is more is
 * dropped and counted.
 */
final class PeerStreamsPort implements DatagramPort {

    /** Ours: each costs a connection. A resolver or a QUIC client has fewer peers at a time. */
    static final int MAX_PEERS = 64;

    /** Ours: what a resolver or a QUIC client sends before it waits for an answer. */
    static final int MAX_WAITING = 16;

    private final EventLoop loop;
    private final Function<InetSocketAddress, Future<DatagramPort>> open;
    private final ClientCounters counters;
    private final Promise<CloseReason> closed;
    private final Map<InetSocketAddress, Lane> lanes = new LinkedHashMap<>(16, 0.75f, true);
    private final List<Lane> unflushed = new ArrayList<>(2);
    private DatagramReceiver receiver;

    /**
     * @param first the first peer's port; ownership passes
     * @param open opens a peer's port
     */
    PeerStreamsPort(
            InetSocketAddress peer,
            DatagramPort first,
            Function<InetSocketAddress, Future<DatagramPort>> open,
            ClientCounters counters) {
        this.loop = first.eventLoop();
        this.open = open;
        this.counters = counters;
        this.closed = loop.newPromise();
        Lane lane = new Lane(peer);
        lanes.put(peer, lane);
        lane.opened(first);
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
        Lane lane = lanes.get(peer);
        if (lane == null) {
            lane = openLane(peer);
        }
        lane.send(payload, segmentSize);
    }

    private Lane openLane(InetSocketAddress peer) {
        if (lanes.size() >= MAX_PEERS) {
            lanes.values().iterator().next().close(CloseReason.LIMIT_REACHED);
        }
        Lane lane = new Lane(peer);
        lanes.put(peer, lane);
        lane.open(open.apply(peer));
        return lane;
    }

    @Override
    public void flush() {
        // A port that fails here takes its lane out.
        Lane[] now = unflushed.toArray(Lane[]::new);
        unflushed.clear();
        for (Lane lane : now) {
            lane.flush();
        }
    }

    @Override
    public void receiver(DatagramReceiver taker) {
        receiver = taker;
        for (Lane lane : lanes.values().toArray(Lane[]::new)) {
            lane.receive();
        }
    }

    @Override
    public void close(CloseReason reason) {
        if (closed.trySuccess(reason)) {
            for (Lane lane : lanes.values().toArray(Lane[]::new)) {
                lane.close(reason);
            }
        }
    }

    @Override
    public Future<CloseReason> closed() {
        return closed;
    }

    private record Waiting(ByteBuf payload, int segmentSize) {}

    /** One peer's stream, from the attempt to open it to its end. */
    private final class Lane {

        private final InetSocketAddress peer;
        private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(2);
        private Future<DatagramPort> opening;
        private DatagramPort port;
        private boolean dirty;
        private boolean over;

        Lane(InetSocketAddress peer) {
            this.peer = peer;
        }

        void open(Future<DatagramPort> attempt) {
            opening = attempt;
            attempt.addListener((Future<DatagramPort> done) -> {
                if (!done.isSuccess()) {
                    close(CloseReason.PROXY_FAILED);
                } else if (over) {
                    done.getNow().close(CloseReason.CLIENT_ABORTED);
                } else {
                    opened(done.getNow());
                }
            });
        }

        void opened(DatagramPort stream) {
            port = stream;
            port.closed().addListener(end -> close(CloseReason.REMOTE_ABORTED));
            if (receiver != null) {
                receive();
            }
            for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
                port.send(next.payload, next.segmentSize, peer);
            }
            port.flush();
        }

        void send(ByteBuf payload, int segmentSize) {
            if (port != null) {
                if (!dirty) {
                    dirty = true;
                    unflushed.add(this);
                }
                port.send(payload, segmentSize, peer);
            } else if (!over && waiting.size() < MAX_WAITING) {
                waiting.add(new Waiting(payload, segmentSize));
            } else {
                counters.datagramsDropped.increment();
                payload.release();
            }
        }

        void flush() {
            dirty = false;
            port.flush();
        }

        void receive() {
            if (port != null) {
                port.receiver(receiver);
            }
        }

        void close(CloseReason reason) {
            if (over) {
                return;
            }
            over = true;
            lanes.remove(peer, this);
            counters.datagramsDropped.add(waiting.size());
            waiting.forEach(w -> w.payload.release());
            waiting.clear();
            if (port != null) {
                port.close(reason);
            } else if (opening != null) {
                opening.cancel(false);
            }
        }
    }
}

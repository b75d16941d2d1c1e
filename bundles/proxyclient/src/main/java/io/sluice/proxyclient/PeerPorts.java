package io.sluice.proxyclient;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One association over many ports, each of which reaches one peer: for a server that knows no XUDP, or where one peer is all there is. A peer's port is
 * opened with the first datagram for it; what comes meanwhile waits, bounded, and what is more is dropped and counted. The port that was idle longest makes
 * room. The association ends with the last of them, as that one did.
 */
public final class PeerPorts implements DatagramPort {

    /** Ours: a resolver, a game, a call speak with a handful at a time; each costs a connection. */
    public static final int MAX_PEERS = 64;

    /** As for a client's first datagrams: what a resolver or a QUIC client sends before it waits for an answer. */
    private static final int MAX_WAITING = 16;

    private final EventLoop loop;
    private final Function<InetSocketAddress, Future<DatagramPort>> opener;
    private final ClientCounters counters;
    private final Promise<CloseReason> closed;
    private final Map<InetSocketAddress, Peer> peers = new LinkedHashMap<>(8, 0.75f, true);
    private final List<Peer> unflushed = new ArrayList<>(2);
    private DatagramReceiver receiver;

    /**
     * @param first the port of the first peer; ownership passes
     * @param opener opens a port to another one, on the loop
     */
    public PeerPorts(
            InetSocketAddress firstPeer,
            DatagramPort first,
            Function<InetSocketAddress, Future<DatagramPort>> opener,
            ClientCounters counters) {
        this.loop = first.eventLoop();
        this.opener = opener;
        this.counters = counters;
        this.closed = loop.newPromise();
        Peer peer = new Peer(firstPeer);
        peers.put(firstPeer, peer);
        peer.opened(first);
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public void send(ByteBuf payload, int segmentSize, InetSocketAddress to) {
        if (closed.isDone()) {
            payload.release();
            return;
        }
        Peer peer = peers.get(to);
        if (peer == null) {
            peer = open(to);
        }
        peer.send(payload, segmentSize);
    }

    private Peer open(InetSocketAddress to) {
        if (peers.size() >= MAX_PEERS) {
            Peer idle = peers.values().iterator().next();
            peers.remove(idle.address);
            idle.close(CloseReason.LIMIT_REACHED);
        }
        Peer peer = new Peer(to);
        peers.put(to, peer);
        peer.opening(opener.apply(to));
        return peer;
    }

    @Override
    public void flush() {
        // By index: a port that closes while it is flushed changes the map, not this.
        for (int i = 0; i < unflushed.size(); i++) {
            unflushed.get(i).flush();
        }
        unflushed.clear();
    }

    @Override
    public void receiver(DatagramReceiver taker) {
        receiver = taker;
        // What comes at once may be answered at once, which opens ports.
        for (Peer peer : peers.values().toArray(Peer[]::new)) {
            peer.receive();
        }
    }

    @Override
    public void close(CloseReason reason) {
        if (closed.trySuccess(reason)) {
            Peer[] all = peers.values().toArray(Peer[]::new);
            peers.clear();
            for (Peer peer : all) {
                peer.close(reason);
            }
        }
    }

    @Override
    public Future<CloseReason> closed() {
        return closed;
    }

    private record Waiting(ByteBuf payload, int segmentSize) {}

    /** One of them. */
    private final class Peer {

        private final InetSocketAddress address;
        private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(2);
        private Future<DatagramPort> opening;
        private DatagramPort port;
        private boolean written;
        private boolean over;

        Peer(InetSocketAddress address) {
            this.address = address;
        }

        void opening(Future<DatagramPort> attempt) {
            opening = attempt;
            attempt.addListener((Future<DatagramPort> done) -> {
                if (done.isSuccess()) {
                    opened(done.getNow());
                } else {
                    gone(null, done.cause());
                }
            });
        }

        void opened(DatagramPort opened) {
            if (over) {
                opened.close(CloseReason.FINISHED);
                return;
            }
            port = opened;
            port.closed().addListener((Future<CloseReason> done) -> gone(done.getNow(), done.cause()));
            if (!waiting.isEmpty()) {
                for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
                    port.send(next.payload, next.segmentSize, address);
                }
                port.flush();
            }
            receive();
        }

        void receive() {
            if (port != null && receiver != null) {
                port.receiver(receiver);
            }
        }

        void send(ByteBuf payload, int segmentSize) {
            if (port != null) {
                if (!written) {
                    written = true;
                    unflushed.add(this);
                }
                port.send(payload, segmentSize, address);
            } else if (!over && waiting.size() < MAX_WAITING) {
                waiting.add(new Waiting(payload, segmentSize));
            } else {
                counters.datagramsDropped.increment();
                payload.release();
            }
        }

        void flush() {
            written = false;
            port.flush();
        }

        /** In order, with a reason, or with a cause, which is for whoever asks why the association ended. */
        private void gone(CloseReason reason, Throwable cause) {
            drop();
            if (peers.remove(address, this) && peers.isEmpty()) {
                if (cause == null) {
                    closed.trySuccess(reason);
                } else {
                    closed.tryFailure(cause);
                }
            }
        }

        void close(CloseReason reason) {
            drop();
            if (opening != null) {
                opening.cancel(false);
            }
            if (port != null) {
                port.close(reason);
            }
        }

        private void drop() {
            over = true;
            for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
                counters.datagramsDropped.increment();
                next.payload.release();
            }
        }
    }
}

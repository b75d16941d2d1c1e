package io.sluice.flow.engine;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;

/**
 * One association: a source endpoint's datagrams by one outbound.
 *
 * <p>States: begun → open the outbound, datagrams wait in a bounded queue; opened → the queue goes out, relay; refused, idle, client or
 * outbound ended → close the outbound's end and tell the session.
 */
final class DatagramFlow extends Flow implements DatagramReceiver {

    /** Like the kernel's queue for an unresolved neighbour, {@code unres_qlen_bytes} = 212,992: the same wait for the same reason. */
    static final int MAX_QUEUED_OCTETS = 212_992;

    /** So that empty datagrams are bounded too: a generous burst of a resolver or a QUIC client. */
    static final int MAX_QUEUED_DATAGRAMS = 64;

    /** How many times larger than what it holds a buffer may be that is kept. */
    private static final int WASTE = 4;

    /** RFC 1035 §4.2.1. */
    private static final int DNS_PORT = 53;

    private final DatagramSession session;
    private final FlowSettings settings;
    private final int udpTicks;
    private final int dnsTicks;
    private Future<DatagramPort> opening;
    private DatagramPort port;
    private ArrayDeque<Queued> queue;
    private int queuedOctets;
    private long dropped;
    private boolean onlyDns = true;
    private boolean shortLimit;
    private boolean answered;

    DatagramFlow(FlowEngine engine, LoopState home, Admission admission, DatagramSession session) {
        super(engine, home, admission);
        this.session = session;
        this.settings = engine.settings();
        this.udpTicks = IdleWheel.ticks(settings.udpIdle());
        this.dnsTicks = IdleWheel.ticks(settings.dnsIdle());
    }

    @Override
    void open() {
        opening = lease().outbound()
                .openDatagrams(new OpenRequest(
                        id(), source(), source().destination(), home().loop(), settings.connectTimeout()));
        opening.addListener((Future<DatagramPort> result) -> {
            if (result.isSuccess()) {
                connected(result.getNow());
            } else {
                refused(result.cause());
            }
        });
    }

    private void connected(DatagramPort opened) {
        if (closed()) {
            opened.close(CloseReason.CLIENT_ABORTED);
            return;
        }
        port = opened;
        opened(udpTicks);
        port.closed().addListener((Future<CloseReason> closed) -> portEnded(closed));
        if (closed()) {
            return;
        }
        port.receiver(this);
        if (queue != null) {
            ArrayDeque<Queued> waiting = queue;
            queue = null;
            for (Queued datagram : waiting) {
                port.send(datagram.payload, datagram.segmentSize, datagram.peer);
            }
            port.flush();
        }
    }

    private void refused(Throwable cause) {
        if (closed()) {
            return;
        }
        if (cause instanceof ConnectException refusal) {
            session.undeliverable(source().destination(), refusal.reason());
            refusedBy(refusal);
        } else {
            engine().fault("outbound '" + lease().tag() + "' failed to open flow " + id(), cause);
            end(CloseReason.INTERNAL_ERROR, "the outbound failed: " + cause);
        }
    }

    private void portEnded(Future<CloseReason> closed) {
        if (closed.cause() instanceof ConnectException failure) {
            end(failure.reason(), failure.getMessage());
        } else {
            end(closed.isSuccess() ? closed.getNow() : CloseReason.REMOTE_ABORTED, null);
        }
    }

    /** From the client; ownership passes. */
    void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        onlyDns &= peer.getPort() == DNS_PORT;
        if (shortLimit) {
            shortLimit = false;
            limit(udpTicks);
        }
        int octets = payload.readableBytes();
        if (port != null) {
            movedUp(octets);
            port.send(payload, segmentSize, peer);
            return;
        }
        if (queue == null) {
            queue = new ArrayDeque<>();
        }
        if (queue.size() >= MAX_QUEUED_DATAGRAMS || queuedOctets + octets > MAX_QUEUED_OCTETS) {
            dropped++;
            payload.release();
            return;
        }
        movedUp(octets);
        queuedOctets += octets;
        queue.add(new Queued(kept(payload), segmentSize, peer));
    }

    /** A small datagram in a buffer for the largest moves out of it, or the queue would hold far more than it counts. */
    private static ByteBuf kept(ByteBuf payload) {
        int length = payload.readableBytes();
        ByteBuf whole = payload.unwrap() == null ? payload : payload.unwrap();
        if (whole.capacity() / WASTE <= length) {
            return payload;
        }
        try {
            return payload.alloc().directBuffer(Math.max(1, length)).writeBytes(payload);
        } finally {
            payload.release();
        }
    }

    void flush() {
        if (port != null && !closed()) {
            port.flush();
        }
    }

    @Override
    public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        if (closed()) {
            payload.release();
            return;
        }
        movedDown(payload.readableBytes());
        if (!answered) {
            answered = true;
            lease().health().answered();
        }
        session.deliver(payload, segmentSize, peer);
        if (onlyDns && !shortLimit && peer.getPort() == DNS_PORT) {
            shortLimit = true;
            limit(dnsTicks);
        }
    }

    @Override
    public void batchComplete() {
        session.delivered();
    }

    @Override
    public void unreachable(InetSocketAddress peer, CloseReason reason) {
        session.undeliverable(peer, reason);
    }

    @Override
    String note() {
        return dropped == 0 ? null : dropped + " datagrams were dropped while the outbound was opened";
    }

    @Override
    void release(CloseReason reason) {
        if (opening != null && !opening.isDone()) {
            opening.cancel(false);
        }
        if (queue != null) {
            queue.forEach(datagram -> datagram.payload.release());
            queue = null;
        }
        if (port != null) {
            port.close(reason);
        }
        session.ended(this, reason);
    }

    private record Queued(ByteBuf payload, int segmentSize, InetSocketAddress peer) {}
}

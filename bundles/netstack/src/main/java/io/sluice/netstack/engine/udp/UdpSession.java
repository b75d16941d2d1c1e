package io.sluice.netstack.engine.udp;

import io.netty.buffer.ByteBuf;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Endpoint;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.Payloads;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mapping of one client endpoint.
 *
 * <p>Theory of operation:
 *
 * <pre>
 * offered   datagram  > waits in the backlog
 * offered   accept    > accepted
 * offered   reject    > ended, the client gets ICMP unreachable or silence
 * accepted  receiver  > delivering: the backlog goes first
 * any       idle for limits.udpIdle, evicted, closed, detached > ended
 * </pre>
 *
 * Datagrams of both directions refresh it (RFC 4787 REQ-6 demands it of the client's, allows it for the other: what comes in has passed the
 * outbound's own filter). The timer is not moved by a datagram: when it rings it looks at when the last one passed. An ICMP error never ends
 * a session (RFC 4787 REQ-12).
 */
public final class UdpSession extends Endpoint {

    private static final Logger LOG = LoggerFactory.getLogger(UdpSession.class);

    private enum State {
        OFFERED,
        ACCEPTED,
        ENDED
    }

    private final UdpLayer layer;
    private State state = State.OFFERED;
    private Peer lastIn;
    private Peer lastOut;
    private Backlog backlog;
    private DatagramReceiver receiver;
    private Consumer<CloseReason> onEnd;
    private CloseReason endedBy;
    private boolean touched;

    /** Octets of an IP packet that reach the client whole. */
    int pathMtu;

    long usedAt;
    /** Neighbours in the order of last use. */
    UdpSession older;

    UdpSession newer;

    UdpSession(UdpLayer layer, IncomingPacket first, int port, Peer peer) {
        super(first.sourceHigh, first.sourceLow, 0, 0, ports(port, 0));
        this.layer = layer;
        this.lastIn = peer;
        this.pathMtu = layer.engine().setup().mtu();
        this.usedAt = first.nowNanos;
    }

    /** Where the first datagram goes; later where the last one went. */
    public InetSocketAddress peer() {
        return lastIn.address();
    }

    /**
     * Takes the client's end over.
     *
     * @param ended told once when it ends, at once if it has ended meanwhile
     */
    public void accept(Consumer<CloseReason> ended) {
        if (state == State.ENDED) {
            ended.accept(endedBy);
            return;
        }
        state = State.ACCEPTED;
        onEnd = ended;
        layer.engine().counters().count(Counter.UDP_SESSIONS_OPENED);
    }

    /** Refuses, as the reason means it. */
    public void reject(CloseReason reason) {
        if (state == State.OFFERED) {
            layer.reject(this, lastIn, reason);
            end(reason);
        }
    }

    /** Who takes what arrives, the backlog first. */
    public void receiver(DatagramReceiver taker) {
        receiver = Objects.requireNonNull(taker, "receiver");
        if (backlog == null) {
            return;
        }
        Backlog waiting = backlog;
        try {
            while (state != State.ENDED && waiting.deliver(taker)) {
                touch();
            }
        } catch (RuntimeException e) {
            failed(e);
        }
        waiting.release();
        backlog = null;
        delivered();
    }

    boolean isEnded() {
        return state == State.ENDED;
    }

    /** The peer of a packet's destination; the one of the last datagram without looking further. */
    Peer towards(IncomingPacket packet, int port) {
        if (!lastIn.is(packet.destinationHigh, packet.destinationLow, port)) {
            lastIn = layer.peers().of(packet.destinationHigh, packet.destinationLow, port);
        }
        return lastIn;
    }

    /** A datagram or super-packet of the client. */
    void arrived(IncomingPacket packet, int payloadAt, int length, Peer peer) {
        int segmentSize = length > packet.segmentSize ? packet.segmentSize : 0;
        if (receiver == null && !admits(length)) {
            layer.engine().counters().count(Counter.UDP_QUEUE_FULL);
            return;
        }
        if (receiver == null) {
            ByteBuf copy = Payloads.keep(
                    packet, payloadAt, length, layer.engine().setup().allocator());
            backlog.add(copy, segmentSize, peer.address());
            return;
        }
        touch();
        try {
            // A slice, whatever its size: an outbound's socket has it before the device reads the next batch.
            receiver.datagram(packet.retain(payloadAt, length), segmentSize, peer.address());
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private boolean admits(int length) {
        if (backlog == null) {
            backlog = new Backlog(layer.engine().memory());
        }
        return backlog.hasRoom(length);
    }

    private void touch() {
        if (!touched) {
            touched = true;
            layer.touched(this);
        }
    }

    /** The batch is over. */
    void delivered() {
        if (touched) {
            touched = false;
            if (state != State.ENDED) {
                try {
                    receiver.batchComplete();
                } catch (RuntimeException e) {
                    failed(e);
                }
            }
        }
    }

    private void failed(RuntimeException cause) {
        layer.engine().counters().count(Counter.INTERNAL_FAULTS);
        LOG.error("The receiver of {} failed; the association is closed.", this, cause);
        close(CloseReason.INTERNAL_ERROR);
    }

    /**
     * Sends towards the client; see {@link io.sluice.api.flow.DatagramPort#send}.
     *
     * @param payload ownership passes
     */
    public void send(ByteBuf payload, int segmentSize, InetSocketAddress from) {
        if (state == State.ENDED) {
            payload.release();
            return;
        }
        Peer peer = peer(from);
        if (peer == null || peer.isV4() != isV4()) {
            layer.engine().counters().count(Counter.UDP_SEND_DROPPED);
            payload.release();
            return;
        }
        layer.used(this, layer.engine().nowNanos());
        layer.output().send(this, peer, payload, segmentSize);
    }

    private Peer peer(InetSocketAddress address) {
        Peer last = lastOut;
        if (last == null || (last.address() != address && !last.address().equals(address))) {
            last = layer.peers().of(address);
            if (last != null) {
                lastOut = last;
            }
        }
        return last;
    }

    /** Everything sent goes out. */
    public void flush() {
        layer.output().flush();
    }

    /** Tells the client that the far host cannot be reached; the session goes on. */
    public void unreachable(InetSocketAddress far, CloseReason reason) {
        Peer peer = layer.peers().of(far);
        if (state != State.ENDED && peer != null && peer.isV4() == isV4()) {
            layer.unreachable(this, peer, reason);
        }
    }

    /** Ends the session; what was sent before still goes out. Idempotent. */
    public void close(CloseReason reason) {
        if (state != State.ENDED) {
            layer.output().flush();
            layer.engine().counters().count(Counter.UDP_SESSIONS_CLOSED);
            end(reason);
        }
    }

    private void end(CloseReason reason) {
        state = State.ENDED;
        endedBy = reason;
        layer.remove(this);
        if (backlog != null) {
            backlog.release();
        }
        if (onEnd != null) {
            onEnd.accept(reason);
        }
    }

    @Override
    protected void expired(long nowNanos) {
        long deadline = usedAt + layer.idleNanos();
        if (nowNanos - deadline >= 0) {
            close(CloseReason.IDLE);
        } else {
            layer.engine().wheel().arm(this, deadline);
        }
    }

    @Override
    public String toString() {
        return "UDP session of " + remote();
    }
}

package io.sluice.netstack.engine.tcp;

import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpOptions;

/**
 * A SYN that waits for its answer, while the outbound is dialled. Nothing is sent before: so the client sees of the far host what it would
 * see without us. It has no buffers, and a repeated SYN changes nothing but its age.
 *
 * <pre>
 *  event                                action > next
 *  accept                               SYN, ACK                              > TcpConnection (SYN-RECEIVED)
 *  accept, proven                                                             > TcpConnection (ESTABLISHED)
 *  reject                               RST, ICMP unreachable, or silence     > gone
 *  client's RST at IRS or IRS + 1       tell the acceptor                     > gone
 *  no SYN for {@link TcpLimits#HALF_OPEN}  tell the acceptor                  > gone
 * </pre>
 *
 * Under a flood the client has answered a SYN cookie before it is offered: it is proven, and believes the connection to be open. What it
 * sends meanwhile is dropped; it will send that again.
 */
public final class HalfOpen extends TcpEndpoint {

    final int initialReceiveSequence;
    final int peerWindow;
    /** What the peer takes, header options not counted. */
    int peerMss;
    /** {@link TcpOptions#ABSENT} or 0 … 14. */
    int peerWindowShift;

    boolean sackPermitted;
    boolean timestamps;
    int timestampValue;
    /** The SYN asks for congestion notification. */
    boolean ecn;

    final int trafficClass;

    private boolean proven;
    private int cookie;
    private TimeWait previous;

    private long heardAt;
    private boolean answered;
    private Runnable cancelled;

    HalfOpen(TcpLayer layer, IncomingPacket packet, int ports, int clientIsn, int window) {
        super(layer, packet.sourceHigh, packet.sourceLow, packet.destinationHigh, packet.destinationLow, ports);
        initialReceiveSequence = clientIsn;
        peerWindow = window;
        trafficClass = packet.trafficClass;
    }

    /** From a SYN; {@code previous} is the connection it may follow, or null. */
    static HalfOpen of(TcpLayer layer, Segment syn, int ports, TimeWait previous) {
        TcpOptions options = syn.options;
        HalfOpen offer = new HalfOpen(layer, syn.packet, ports, syn.sequence, syn.window);
        offer.peerMss = mss(options.mss(), syn.packet.v6);
        offer.peerWindowShift = options.windowScale();
        offer.sackPermitted = options.sackPermitted();
        offer.timestamps = options.hasTimestamps();
        offer.timestampValue = options.hasTimestamps() ? options.timestampValue() : 0;
        offer.ecn = Ecn.isWanted(syn);
        offer.previous = previous;
        offer.heard(syn.nowNanos);
        return offer;
    }

    /** RFC 9293 §3.7.1 (MUST-15); 0 is no size at all. */
    static int mss(int announced, boolean v6) {
        int fallback = v6 ? TcpLimits.DEFAULT_MSS_V6 : TcpLimits.DEFAULT_MSS_V4;
        return announced <= 0 ? fallback : Math.max(announced, TcpLimits.MIN_MSS);
    }

    /** The client acknowledged this ISN of ours. */
    void proved(int ourIsn, long nowNanos) {
        proven = true;
        cookie = ourIsn;
        heard(nowNanos);
    }

    boolean isProven() {
        return proven;
    }

    /** Our ISN: RFC 6528 §3; beyond everything the previous connection sent (RFC 9293 §3.10.7.4, MAY-2). */
    int initialSequence(long nowNanos) {
        if (proven) {
            return cookie;
        }
        int isn = layer.isn().next(this, nowNanos);
        return previous == null ? isn : Sequence.max(isn, previous.sequenceBeyond());
    }

    private void heard(long nowNanos) {
        heardAt = nowNanos;
        if (!isArmed()) {
            layer.engine().wheel().arm(this, nowNanos + TcpLimits.HALF_OPEN);
        }
    }

    /** Told if the client gives up before the answer; at most once. */
    public void onCancel(Runnable listener) {
        cancelled = listener;
    }

    /**
     * Answers with SYN, ACK. Data may be written at once and are sent when the handshake is complete.
     *
     * @return the connection; null if the client has gone meanwhile
     */
    public TcpConnection accept(TcpUser user) {
        if (answered) {
            return null;
        }
        answered = true;
        return layer.accept(this, user);
    }

    /** Refuses, as the reason means it. */
    public void reject(CloseReason reason) {
        if (answered) {
            return;
        }
        answered = true;
        layer.reject(this, reason);
    }

    @Override
    void arrived(Segment segment) {
        if (segment.has(TcpHeader.RST)) {
            int offset = segment.sequence - initialReceiveSequence;
            if (offset == 0 || offset == 1) {
                cancel();
            }
        } else if (segment.has(TcpHeader.SYN) && !segment.has(TcpHeader.ACK) && !proven) {
            layer.counters().count(Counter.TCP_DUPLICATE_SYNS);
            if (segment.sequence == initialReceiveSequence) {
                ecn &= Ecn.isWanted(segment); // RFC 3168 §6.1.1.1
                heard(segment.nowNanos);
            } else {
                // RFC 9293 §3.10.7.4, SYN-RECEIVED: the client began anew; this offer is nobody's any more.
                cancel();
                layer.offer(segment, ports, null);
            }
        }
        // Anything else can't acknowledge what we never sent; an answer could only harm.
    }

    private void cancel() {
        answered = true;
        layer.counters().count(Counter.TCP_OFFERS_CANCELLED);
        layer.remove(this);
        Runnable listener = cancelled;
        cancelled = null;
        if (listener != null) {
            listener.run();
        }
    }

    @Override
    protected void expired(long nowNanos) {
        if (nowNanos - heardAt >= TcpLimits.HALF_OPEN) {
            if (proven) {
                layer.output().refuse(this);
            }
            cancel();
        } else {
            layer.engine().wheel().arm(this, heardAt + TcpLimits.HALF_OPEN);
        }
    }

    @Override
    void detach(CloseReason reason, long nowNanos) {
        if (!answered) {
            layer.output().refuse(this);
            cancel();
        }
    }
}

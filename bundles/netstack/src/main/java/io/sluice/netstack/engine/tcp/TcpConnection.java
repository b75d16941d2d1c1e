package io.sluice.netstack.engine.tcp;

import io.netty.buffer.ByteBuf;
import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpOptions;

/**
 * One TCP connection, opened by the peer.
 *
 * <p>Its states and what leads from one to the next: {@link TcpState}.
 * What arrives is judged by {@link SegmentArrival}.
 *
 * <p>Events of a batch are noted and acted on in {@link #flush}: octets to the user, new segments, at most one acknowledgement.
 * Time-outs are the {@link ConnectionTimer}'s.
 */
public final class TcpConnection extends TcpEndpoint {

    final Receiver receiver;
    final Sender sender;
    final boolean sackEnabled;
    final Timestamps timestamps;
    final Ecn ecn;
    final boolean windowScaled;
    final int initialReceiveSequence;

    private final TcpUser user;
    private TcpState state = TcpState.SYN_RECEIVED;

    final ChallengeAcks challenges;
    private final StateTimer stateTimer;
    private final ConnectionTimer timer;

    /** The user has closed: nobody reads any more. */
    private boolean orphaned;
    /** The user does not want to read; what comes is acknowledged and dropped. */
    private boolean inputShutdown;

    private boolean wantsSpace;
    private boolean touched;
    private boolean blocked;

    TcpConnection(HalfOpen offer, TcpUser user, int initialSequence, long nowNanos) {
        super(offer);
        this.user = user;
        sackEnabled = offer.sackPermitted;
        windowScaled = offer.peerWindowShift != TcpOptions.ABSENT;
        timestamps = new Timestamps(offer, layer.isn().timestampOffset(this), nowNanos);
        ecn = new Ecn(offer.ecn);
        initialReceiveSequence = offer.initialReceiveSequence;
        challenges = new ChallengeAcks(nowNanos);
        stateTimer = new StateTimer(nowNanos);
        timer = new ConnectionTimer(this, stateTimer);
        receiver = new Receiver(
                this, initialReceiveSequence, windowScaled ? layer.parameters().windowShift() : 0);
        int segmentSize = layer.output().segmentSize(offer.peerMss, isV4(), timestamps.enabled);
        sender = new Sender(this, initialSequence, segmentSize, windowScaled ? offer.peerWindowShift : 0);
    }

    public TcpState state() {
        return state;
    }

    // ---- the user's side

    /** The next octets in order, or null; ownership passes. */
    public ByteBuf read() {
        return receiver.poll(layer.engine().nowNanos());
    }

    public boolean hasData() {
        return receiver.hasData();
    }

    /** The peer's FIN has come and everything before it was read. */
    public boolean isInputEnded() {
        return receiver.finReceived() && !receiver.hasData();
    }

    /** Octets that {@link #write} takes now, at most 0 if it is full; then {@link TcpUser#writable} will be called. */
    public int space() {
        int space = state == TcpState.CLOSED || sender.finQueued() ? 0 : sender.space();
        wantsSpace |= space <= 0;
        return space;
    }

    /** Takes octets; ownership passes. Sent with the next {@link #push}. */
    public void write(ByteBuf buffer) {
        if (state == TcpState.CLOSED || sender.finQueued()) {
            buffer.release();
            return;
        }
        sender.append(buffer, layer.engine().nowNanos());
    }

    /** Sends what was written, as far as windows allow. */
    public void push() {
        long now = layer.engine().nowNanos();
        if (state != TcpState.CLOSED) {
            sender.transmit(now);
            rearm();
        }
    }

    /** The user has taken octets outside a batch: the peer may be told. */
    public void consumed() {
        if (state != TcpState.CLOSED && receiver.isWindowUpdateDue()) {
            receiver.acknowledgeNow();
            acknowledge(layer.engine().nowNanos());
        }
    }

    /** FIN behind everything written; reading goes on. Idempotent. */
    public void shutdownOutput() {
        if (state == TcpState.CLOSED || sender.finQueued()) {
            return;
        }
        long now = layer.engine().nowNanos();
        sender.queueFin(now);
        if (state == TcpState.ESTABLISHED) {
            state = TcpState.FIN_WAIT_1;
        } else if (state == TcpState.CLOSE_WAIT) {
            state = TcpState.LAST_ACK;
        }
        sender.transmit(now);
        rearm();
    }

    /** What comes is acknowledged and dropped from now on. */
    public void shutdownInput() {
        inputShutdown = true;
        receiver.clear();
    }

    /** Ends in order; nothing is read any more. RFC 1122 §4.2.2.13: with octets unread it is an abort, so that the peer learns. */
    public void close() {
        if (state == TcpState.CLOSED || orphaned) {
            receiver.clear();
            return;
        }
        if (receiver.hasData()) {
            abort();
            return;
        }
        orphaned = true;
        shutdownOutput();
        if (state == TcpState.FIN_WAIT_2) {
            stateTimer.orphanWaits(layer.engine().nowNanos());
            rearm();
        }
    }

    /** RST; the user is not told. */
    public void abort() {
        if (state == TcpState.CLOSED) {
            receiver.clear();
            return;
        }
        layer.counters().count(Counter.TCP_CONNECTIONS_ABORTED);
        layer.output().abort(this, layer.engine().nowNanos());
        orphaned = true;
        end(CloseReason.FINISHED);
    }

    /** The peer goes on sending to a user that has closed. RST, with the number that the peer expects next: it need not ask back (RFC 5961 §3.2). */
    void abortFor(Segment segment) {
        layer.counters().count(Counter.TCP_CONNECTIONS_ABORTED);
        layer.output().resetAt(this, segment.acknowledgment);
        end(CloseReason.FINISHED);
    }

    public void nagle(boolean on) {
        sender.transmitter().nagle(on);
    }

    /** RFC 9293 §3.8.4: off by default. */
    public void keepAlive(boolean on) {
        stateTimer.keepAlive(on, layer.engine().nowNanos());
        rearm();
    }

    /** RFC 9293 §3.8.3; 0 restores R2. */
    public void userTimeout(long nanos) {
        sender.timer().userTimeout(nanos);
    }

    // ---- the layer's side

    /** The SYN, ACK is sent for the first time. */
    void open(long nowNanos) {
        layer.output().synAck(this, nowNanos);
        sender.timer().synSent(nowNanos);
        rearm();
    }

    /** The client has answered a SYN cookie: the handshake is over, its round trip unknown. */
    void openProven(HalfOpen offer, long nowNanos) {
        receiver.advertiseUnscaled();
        sender.peerWindow().begin(offer.peerWindow, receiver.next, sender.next);
        layer.established(this, nowNanos);
        sender.established(-1, false, nowNanos);
        state = TcpState.ESTABLISHED;
    }

    boolean maySend() {
        return state != TcpState.SYN_RECEIVED && state != TcpState.CLOSED;
    }

    boolean isInputWanted() {
        return !inputShutdown && !orphaned;
    }

    boolean isOrphaned() {
        return orphaned;
    }

    @Override
    void arrived(Segment segment) {
        SegmentArrival.process(this, segment);
    }

    /** Something is to be done at the end of the batch. */
    void touch() {
        if (!touched && state != TcpState.CLOSED) {
            touched = true;
            layer.touched(this);
        }
    }

    /** The device is full; false if that was known. */
    boolean block() {
        boolean first = !blocked;
        blocked = true;
        return first;
    }

    void unblocked(long nowNanos) {
        blocked = false;
        if (state != TcpState.CLOSED) {
            flush(nowNanos);
        }
    }

    void heard(long nowNanos) {
        stateTimer.heard(nowNanos);
    }

    void repeatSynAck(long nowNanos) {
        stateTimer.synRepeated();
        layer.output().synAck(this, nowNanos);
    }

    void established(Segment segment) {
        long now = segment.nowNanos;
        layer.established(this, now);
        sender.peerWindow().begin(segment);
        sender.established(stateTimer.sinceSyn(now), stateTimer.wasSynRepeated(), now);
        state = sender.finQueued() ? TcpState.FIN_WAIT_1 : TcpState.ESTABLISHED;
    }

    void finArrived(long nowNanos) {
        switch (state) {
            case ESTABLISHED -> state = TcpState.CLOSE_WAIT;
            case FIN_WAIT_1 -> state = TcpState.CLOSING;
            case FIN_WAIT_2 -> timeWait(nowNanos);
            default -> {}
        }
    }

    /** Our FIN is acknowledged. */
    void finAcknowledged(long nowNanos) {
        switch (state) {
            case FIN_WAIT_1 -> {
                state = TcpState.FIN_WAIT_2;
                if (orphaned) {
                    stateTimer.orphanWaits(nowNanos);
                }
            }
            case CLOSING -> timeWait(nowNanos);
            case LAST_ACK -> end(CloseReason.FINISHED);
            default -> {}
        }
    }

    private void timeWait(long nowNanos) {
        if (receiver.owesAcknowledgement()) { // of the FIN; from CLOSING it may have gone out long ago
            layer.output().segment(this, sender.next, TcpHeader.ACK, nowNanos);
        }
        layer.timeWait(this, nowNanos);
        end(CloseReason.FINISHED);
    }

    /** RST came. */
    void reset() {
        layer.counters().count(Counter.TCP_CONNECTIONS_RESET_BY_PEER);
        receiver.clear();
        end(CloseReason.CLIENT_ABORTED);
    }

    /** End of a batch. */
    void flush(long nowNanos) {
        touched = false;
        if (isInputWanted() && (receiver.hasData() || receiver.finReceived())) {
            user.readable();
        }
        if (wantsSpace && state != TcpState.CLOSED && sender.space() > 0) {
            wantsSpace = false;
            user.writable();
        }
        if (state == TcpState.CLOSED) {
            return;
        }
        sender.transmit(nowNanos);
        if (receiver.isAcknowledgementDue(nowNanos) || receiver.isWindowUpdateDue()) {
            acknowledge(nowNanos);
        }
        rearm();
    }

    void acknowledge(long nowNanos) {
        if (state != TcpState.SYN_RECEIVED) {
            if (!layer.output().segment(this, sender.next, TcpHeader.ACK, nowNanos)) {
                receiver.acknowledgeNow();
                layer.blocked(this);
            }
        }
    }

    void rearm() {
        timer.rearm();
    }

    @Override
    protected void expired(long nowNanos) {
        timer.expired(nowNanos);
    }

    void giveUp() {
        layer.counters().count(Counter.TCP_CONNECTIONS_TIMED_OUT);
        layer.output().abort(this, layer.engine().nowNanos());
        receiver.clear();
        end(CloseReason.CLIENT_ABORTED);
    }

    void end(CloseReason reason) {
        if (state == TcpState.CLOSED) {
            return;
        }
        boolean established = state != TcpState.SYN_RECEIVED;
        state = TcpState.CLOSED;
        sender.clear();
        receiver.clearReassembly();
        if (orphaned) {
            receiver.clear();
        }
        layer.ended(this, established);
        if (!orphaned) {
            user.ended(reason);
        }
    }

    @Override
    void detach(CloseReason reason, long nowNanos) {
        layer.output().abort(this, layer.engine().nowNanos());
        receiver.clear();
        end(reason);
    }
}

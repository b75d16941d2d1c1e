package io.sluice.netstack.engine.tcp;

import io.netty.buffer.ByteBuf;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.MemoryBudget;

/**
 * The sending half of a connection: what is to be sent, what was acknowledged, and the sizes and timers that belong to it. When something
 * leaves is decided by the {@link Transmitter}, what is lost by the {@link LossRecovery}.
 */
final class Sender {

    private final TcpConnection connection;
    private final TcpLayer layer;
    private final MemoryBudget memory;
    private final SendQueue queue;
    private final Scoreboard board;
    private final RetransmissionTimeout timeout = new RetransmissionTimeout();
    private final CongestionControl congestion;
    private final LossRecovery recovery;
    private final Transmitter transmitter;

    /** SND.UNA, SND.NXT. */
    int unacknowledged;

    int next;
    private final PeerWindow peerWindow;
    private int segmentSize;
    private final int greatestSegment;
    private boolean finQueued;
    /** Null until the path shows that it carries less than the greatest segment. */
    private PathMtuSearch search;

    private final SendTimer timer;

    Sender(TcpConnection connection, int initialSequence, int segmentSize, int windowShift) {
        this.peerWindow = new PeerWindow(windowShift);
        this.connection = connection;
        this.layer = connection.layer;
        this.memory = layer.engine().memory();
        this.segmentSize = segmentSize;
        this.greatestSegment = segmentSize;
        this.queue = new SendQueue(layer.allocator(), initialSequence + 1);
        this.congestion = layer.congestionControl(segmentSize, connection.sackEnabled);
        this.board = new Scoreboard(congestion.deliveries());
        this.recovery =
                new LossRecovery(this, board, congestion, timeout, connection.ecn, layer.report(), layer.counters());
        this.transmitter = new Transmitter(this, connection, queue, board, congestion, recovery);
        this.timer = new SendTimer(this, connection);
        this.unacknowledged = initialSequence;
        this.next = initialSequence + 1;
    }

    int next() {
        return next;
    }

    int segmentSize() {
        return segmentSize;
    }

    /** RFC 8985 §7.1: with SACK only. */
    boolean mayProbe() {
        return connection.sackEnabled && layer.parameters().tailLossProbe();
    }

    boolean sackEnabled() {
        return connection.sackEnabled;
    }

    boolean timestampsEnabled() {
        return connection.timestamps.enabled;
    }

    int timestamp(long nowNanos) {
        return connection.timestamps.now(nowNanos);
    }

    RetransmissionTimeout timeout() {
        return timeout;
    }

    CongestionControl congestion() {
        return congestion;
    }

    LossRecovery recovery() {
        return recovery;
    }

    Scoreboard board() {
        return board;
    }

    /** The window is worth growing. */
    boolean wasWindowLimited() {
        return transmitter.use().isLimited(congestion.windowBytes(), congestion.isSlowStart());
    }

    Transmitter transmitter() {
        return transmitter;
    }

    PeerWindow peerWindow() {
        return peerWindow;
    }

    /** Octets the queue would take now. */
    int space() {
        int limit = Math.clamp(2L * congestion.windowBytes(), TcpLimits.MIN_SEND_LIMIT, TcpLimits.MAX_SEND_LIMIT);
        if (!memory.mayGrow()) {
            limit = memory.isExhausted() ? TcpLimits.STARVED_SEND_LIMIT : TcpLimits.MIN_SEND_LIMIT;
        }
        return limit - queue.sizeBytes();
    }

    /** Ownership passes. Nothing is sent before {@link #transmit}. */
    void append(ByteBuf buffer, long nowNanos) {
        if (queue.sizeBytes() == 0) {
            timer.progressed(nowNanos);
        }
        noteApplicationLimit();
        memory.take(buffer.readableBytes());
        queue.append(buffer);
    }

    /** Draft-ietf-ccwg-bbr, CheckIfApplicationLimited: before something is written, and before an acknowledgement is processed. */
    void noteApplicationLimit() {
        if (!hasUnsent() && board.lostBytes() == 0) {
            congestion.applicationLimited(recovery.inFlightBytes());
        }
    }

    void queueFin(long nowNanos) {
        if (next == queue.end() && board.isEmpty()) {
            timer.progressed(nowNanos); // idle until now
        }
        finQueued = true;
    }

    boolean finQueued() {
        return finQueued;
    }

    private int end() {
        return finQueued ? queue.end() + 1 : queue.end();
    }

    /** Sequence space never sent: octets, and the FIN. */
    int unsent() {
        return end() - next;
    }

    /** Octets the peer's window has room for. */
    int peerAllows() {
        return unacknowledged + peerWindow.bytes() - next;
    }

    /** All octets are out, FIN is not. */
    boolean isOnlyFinUnsent() {
        return finQueued && next == queue.end();
    }

    /** There is something new and the peer takes it. */
    boolean maySendNew() {
        return hasUnsent() && peerAllows() > 0;
    }

    /** FIN was sent and acknowledged. */
    boolean isFinished() {
        return finQueued && unacknowledged == queue.end() + 1;
    }

    boolean finSent() {
        return finQueued && next == queue.end() + 1;
    }

    boolean isDrained() {
        return queue.sizeBytes() == 0;
    }

    // ---- acknowledgements

    /** The SYN is acknowledged: RFC 9293 §3.10.7.4 fifth check, SYN-RECEIVED. {@code rttNanos} is negative if it is not known. */
    void established(long rttNanos, boolean synRepeated, long nowNanos) {
        unacknowledged = next;
        if (synRepeated) {
            timeout.synLost();
            // RFC 5681 §3.1: the initial window after a lost SYN is one segment
            congestion.window(segmentSize);
        } else if (rttNanos >= 0) {
            timeout.measured(rttNanos);
            recovery.rack().measured(rttNanos);
        }
        timer.stop();
        timer.progressed(nowNanos);
        timer.restart(nowNanos);
    }

    /** An acknowledgement in SND.UNA … SND.NXT. */
    void acknowledged(Segment segment) {
        long now = segment.nowNanos;
        int acknowledgment = segment.acknowledgment;
        int before = unacknowledged;
        boolean windowChanged = peerWindow.update(segment);
        if (windowChanged && peerWindow.bytes() > 0) {
            timer.windowOpened();
        }
        boolean closed = peerWindow.bytes() == 0;
        if (closed) {
            timer.answered(now);
        }
        // With a closed window it tells that octets were thrown away, not that some arrived out of order.
        boolean pure = segment.length() == 0 && !windowChanged && !closed;
        if (board.isEmpty() && acknowledgment == before) {
            timer.answered(now);
            return;
        }
        long wait = recovery.acknowledged(segment, acknowledgment, before, pure);
        if (acknowledgment != before) {
            unacknowledged = acknowledgment;
            int queued = queue.sizeBytes();
            queue.release(acknowledgment);
            memory.give(queued - queue.sizeBytes());
            timer.acknowledged(now);
            if (search != null) {
                takeMtuProbe(acknowledgment, now);
            }
        }
        timer.reorder(wait, now);
    }

    /** An acknowledgement that was overtaken: what it SACKs has arrived all the same. */
    void acknowledgedBefore(Segment segment) {
        if (segment.options.sackCount() > 0 && !board.isEmpty()) {
            timer.reorder(recovery.acknowledged(segment, unacknowledged, unacknowledged, false), segment.nowNanos);
        }
    }

    /** Sends what may be sent. */
    void transmit(long nowNanos) {
        if (connection.maySend()) {
            transmitter.transmit(nowNanos);
        }
        timer.arm(nowNanos);
    }

    // ---- timer

    SendTimer timer() {
        return timer;
    }

    /** There are octets, or the FIN, that were never sent. */
    boolean hasUnsent() {
        return next != end();
    }

    /** The probe time-out: RFC 8985 §7.3. */
    void probe(long nowNanos) {
        transmitter.probe(nowNanos);
        timer.restart(nowNanos);
        timer.arm(nowNanos);
    }

    // ---- path MTU

    /** The path takes smaller packets only: RFC 1191 §6.5. What is in flight beyond it is sent again in smaller segments. */
    void packetTooBig(int octets, long nowNanos) {
        search().told(octets, nowNanos);
        resize(octets);
        transmit(nowNanos);
    }

    /** RFC 8899 §4.3: full segments time out again and again. Called before they are sent again. */
    void checkBlackHole() {
        int base = layer.output().baseSegmentSize(connection);
        int least = layer.output().segmentSizeForMtu(0, connection.isV4(), connection.timestamps.enabled);
        int smaller = segmentSize > base ? base : least;
        if (timeout.backoffs() % TcpLimits.BLACK_HOLE_TIMEOUTS != 0
                || peerWindow.bytes() == 0 // the peer itself throws them away
                || smaller >= segmentSize
                || board.isEmpty()
                || board.length(board.first()) <= smaller) {
            return;
        }
        layer.counters().count(Counter.TCP_MTU_BLACK_HOLES);
        search().blackHole(smaller);
        resize(smaller);
    }

    private PathMtuSearch search() {
        if (search == null) {
            search = new PathMtuSearch(greatestSegment);
        }
        return search;
    }

    private void resize(int octets) {
        segmentSize = octets;
        congestion.segmentSize(octets);
        board.markAllLost();
    }

    /**
     * The size of a probe that may be sent now, 0 if none. RFC 4821 §7.4: only if enough follows it to show its loss, and with no other
     * trouble on the path.
     *
     * @param sendable octets that are there and that the peer takes
     */
    int mtuProbe(int sendable, int congestionAllows, long nowNanos) {
        if (search == null || !recovery.isOpen() || board.lostBytes() > 0) {
            return 0;
        }
        int size = search.wanted(nowNanos);
        return size > 0 && sendable >= size + 3 * segmentSize && congestionAllows >= size ? size : 0;
    }

    void mtuProbeSent(int start, int size) {
        layer.counters().count(Counter.TCP_MTU_PROBES);
        search.sent(start, size);
    }

    private void takeMtuProbe(int acknowledgment, long nowNanos) {
        int proved = search.acknowledged(acknowledgment, nowNanos);
        if (proved > segmentSize) {
            segmentSize = proved;
            congestion.segmentSize(proved);
        }
    }

    boolean isProbingMtu() {
        return search != null && search.isOutstanding();
    }

    /** Octets of the MTU probe if it is lost: no sign of congestion (RFC 4821 §7.6.2). */
    int lostProbeBytes() {
        return isProbingMtu() ? board.lostBytesAt(search.probeStart()) : 0;
    }

    /** Octets from {@code start} on went out again. */
    void sentAgain(int start, long nowNanos) {
        if (search != null) {
            search.sentAgain(start, nowNanos);
        }
    }

    /** Releases what was not acknowledged. */
    void clear() {
        memory.give(queue.sizeBytes());
        queue.clear();
        timer.stop();
    }
}

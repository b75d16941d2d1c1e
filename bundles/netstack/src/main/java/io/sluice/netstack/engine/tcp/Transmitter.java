package io.sluice.netstack.engine.tcp;

import io.sluice.netstack.engine.Counter;
import io.sluice.wire.TcpHeader;

/**
 * Decides what is sent when: lost octets first, then new ones, while congestion window, peer's window and pacing allow.
 *
 * <p>With segmentation offload a packet holds as many segments as fit into 64 KiB, or into a quantum if the congestion control paces. FIN
 * is the octet behind the last one of the queue and travels with it.
 */
final class Transmitter {

    private final Sender sender;
    private final TcpConnection connection;
    private final TcpLayer layer;
    private final SendQueue queue;
    private final Scoreboard board;
    private final CongestionControl congestion;
    private final LossRecovery recovery;
    private final Pacer pacer = new Pacer();

    private boolean nagle;
    private boolean windowLimited;
    private final WindowUse use = new WindowUse();
    private long lastSentAt;

    Transmitter(
            Sender sender,
            TcpConnection connection,
            SendQueue queue,
            Scoreboard board,
            CongestionControl congestion,
            LossRecovery recovery) {
        this.sender = sender;
        this.connection = connection;
        this.layer = connection.layer;
        this.queue = queue;
        this.board = board;
        this.congestion = congestion;
        this.recovery = recovery;
    }

    void nagle(boolean on) {
        nagle = on;
    }

    WindowUse use() {
        return use;
    }

    long lastSentAt() {
        return lastSentAt;
    }

    /** When pacing lets more out, or {@link Long#MAX_VALUE}. */
    long pacedUntil() {
        return pacer.until();
    }

    /** Sends what may be sent. */
    void transmit(long nowNanos) {
        if (board.isEmpty() && sender.hasUnsent() && lastSentAt != 0) {
            if (nowNanos - lastSentAt > sender.timeout().nanos()
                    && layer.parameters().restartAfterIdle()) {
                congestion.restartAfterIdle();
            }
            congestion.resumed(nowNanos);
        }
        int next = sender.next;
        transmitAllowed(nowNanos);
        if (windowLimited || sender.next != next) {
            use.noted(windowLimited, sender.unacknowledged, sender.next);
        }
    }

    private void transmitAllowed(long nowNanos) {
        windowLimited = false;
        pacer.clear();
        boolean more = true;
        while (more) {
            int lost = recovery.wantsNewData() ? -1 : board.firstLost();
            if (lost < 0 && !sender.hasUnsent()) {
                break;
            }
            if (!pacer.maySend(congestion.pacingBytesPerSecond(), nowNanos)) {
                return;
            }
            more = lost >= 0 ? retransmit(lost, nowNanos) : sendNew(nowNanos);
        }
    }

    private boolean retransmit(int record, long nowNanos) {
        int length = board.length(record);
        int segmentSize = sender.segmentSize();
        int inFlight = recovery.inFlightBytes();
        int allowed = congestion.windowBytes() - inFlight;
        if (allowed < Math.min(length, segmentSize)) {
            if (inFlight > 0) {
                windowLimited = true;
                return false;
            }
            allowed = segmentSize;
        }
        if (allowed < length) {
            length = Math.max(1, allowed / segmentSize) * segmentSize;
        }
        return resend(record, Math.min(length, board.length(record)), nowNanos);
    }

    private boolean resend(int record, int length, long nowNanos) {
        int sent = emit(board.start(record), length, sender.segmentSize(), false, nowNanos);
        if (sent <= 0) {
            return false;
        }
        sender.sentAgain(board.start(record), nowNanos);
        if (sent < board.length(record) && !board.split(record, sent)) {
            return false;
        }
        board.sentAgain(record, nowNanos);
        recovery.retransmitted(sent, connection.timestamps.now(nowNanos));
        layer.counters().count(Counter.TCP_RETRANSMITTED_SEGMENTS);
        layer.counters().add(Counter.TCP_RETRANSMITTED_BYTES, sent);
        return true;
    }

    private boolean sendNew(long nowNanos) {
        int unsent = sender.unsent();
        if (unsent == 0 || board.isFull()) {
            return false;
        }
        int inFlight = recovery.inFlightBytes();
        int byPeer = sender.peerAllows();
        // A bare FIN is no load, and the peer waits for it.
        int byCongestion = sender.isOnlyFinUnsent() ? 1 : congestion.windowBytes() - inFlight;
        int probe = sender.mtuProbe(Math.min(unsent, byPeer), byCongestion, nowNanos);
        if (probe > 0) {
            return sendNext(probe, probe, nowNanos);
        }
        int length = Math.min(unsent, Math.min(byPeer, byCongestion));
        if (length < unsent) {
            windowLimited |= byCongestion <= byPeer;
            length = whole(length, byPeer < byCongestion, inFlight);
            if (length <= 0) {
                return false;
            }
        } else if (nagle && unsent < sender.segmentSize() && !sender.finQueued() && !board.isEmpty()) {
            return false; // RFC 9293 §3.7.4
        }
        return sendNext(length, sender.segmentSize(), nowNanos);
    }

    private boolean sendNext(int length, int segmentSize, long nowNanos) {
        int start = sender.next;
        int sent = emit(start, length, segmentSize, true, nowNanos);
        if (sent <= 0) {
            return false;
        }
        if (board.isEmpty()) {
            sender.timer().restart(nowNanos); // RFC 6298 §5 (5.1)
        }
        board.sent(start, sent, nowNanos);
        recovery.newDataSent(sent);
        sender.next += sent;
        lastSentAt = nowNanos;
        if (segmentSize > sender.segmentSize()
                && sent > sender.segmentSize()) { // many small buffers make a smaller packet
            sender.mtuProbeSent(start, sent);
        }
        return true;
    }

    /** RFC 9293 §3.8.6.2.1, sender's silly window avoidance: whole segments, or half of the greatest window there was. */
    private int whole(int length, boolean byPeer, int inFlight) {
        int segmentSize = sender.segmentSize();
        if (length >= segmentSize) {
            return length / segmentSize * segmentSize;
        }
        if (byPeer) {
            return length >= sender.peerWindow().greatestBytes() / 2 ? length : 0;
        }
        return inFlight == 0 ? Math.max(length, 1) : 0;
    }

    /** One packet from {@code sequence}; returns the sequence space sent, 0 if the device is full. */
    private int emit(int sequence, int length, int segmentSize, boolean isNew, long nowNanos) {
        Ecn ecn = connection.ecn;
        boolean confirming = isNew && ecn.mustConfirm();
        int greatest = segmentSize > sender.segmentSize() || confirming
                ? segmentSize
                : pacer.quantum(
                        congestion.pacingBytesPerSecond(), layer.output().greatestPayload(connection), segmentSize);
        int data = Math.min(queue.end() - sequence, Math.min(length, greatest));
        int gathered = data > 0 ? queue.gather(sequence, data, layer.parts()) : 0;
        boolean fin = sender.finQueued() && sequence + gathered == queue.end() && length > gathered;
        int flags = TcpHeader.ACK;
        if (fin) {
            flags |= TcpHeader.FIN;
        }
        if (gathered > 0 && sequence + gathered == queue.end()) {
            flags |= TcpHeader.PSH; // RFC 9293 §3.9.1.2: the last segment of what the user wrote
        }
        boolean capable = isNew && gathered > 0;
        if (confirming && capable) {
            flags |= TcpHeader.CWR;
        }
        boolean sent = layer.output()
                .segment(
                        connection, sequence, flags, capable ? ecn.trafficClass() : 0, gathered, segmentSize, nowNanos);
        layer.parts().restore();
        if (!sent) {
            layer.blocked(connection);
            return 0;
        }
        if (confirming && capable) {
            ecn.confirmed();
        }
        pacer.sent(gathered, congestion.pacingBytesPerSecond(), nowNanos);
        return fin ? gathered + 1 : gathered;
    }

    /** RFC 8985 §7.3: new data if the peer's window allows, else the last segment once more. */
    void probe(long nowNanos) {
        int segmentSize = sender.segmentSize();
        int fits = Math.min(Math.min(sender.unsent(), segmentSize), sender.peerAllows());
        boolean sentNew = fits > 0 && sendNext(fits, segmentSize, nowNanos);
        if (!sentNew) {
            int last = board.end() - 1;
            int tail = Math.min(board.length(last), segmentSize);
            if (tail < board.length(last) && board.split(last, board.length(last) - tail)) {
                last++;
            }
            if (!resend(last, Math.min(board.length(last), segmentSize), nowNanos)) {
                return;
            }
        }
        recovery.probed(!sentNew);
    }

    /**
     * Nothing is in flight and the peer's window is closed, or too small for silly window avoidance: then what fits is sent after all (RFC
     * 9293 §3.8.6.2.1, override time-out), and true returned. Else a segment with an old sequence number goes out: the peer must answer with
     * its window, §3.10.7.4 first check.
     */
    boolean probeWindow(long nowNanos) {
        int segmentSize = sender.segmentSize();
        int fits = Math.min(Math.min(sender.unsent(), segmentSize), sender.peerAllows());
        if (fits > 0 && sendNext(fits, segmentSize, nowNanos)) {
            return true;
        }
        layer.counters().count(Counter.TCP_ZERO_WINDOW_PROBES);
        layer.output().segment(connection, sender.unacknowledged - 1, TcpHeader.ACK, nowNanos);
        return false;
    }
}

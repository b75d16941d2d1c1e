package io.sluice.netstack.engine.tcp;

import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Counters;
import io.sluice.wire.TcpOptions;

/**
 * Finds losses and steers what is sent until they are repaired.
 *
 * <p>Theory of operation.
 * <pre>
 *  state     event                                          action > next state
 *  OPEN      RACK (or 3 duplicate ACKs) finds a loss        the congestion control reduces, rate reduction begins   > RECOVERY
 *  OPEN      an acknowledgement carries ECE (RFC 3168)      the same, but nothing is sent again                     > REDUCING
 *  OPEN      probe time-out (RFC 8985 §7)                   new data or the last segment once more                  > OPEN
 *  REDUCING  a loss is found                                no second reduction                                     > RECOVERY
 *  any       retransmission time-out (RFC 6298 §5)          what is old enough is lost, loss window                 > LOSS
 *  RECOVERY, REDUCING  ACK up to the recovery point         window = threshold                                      > OPEN
 *  LOSS      ACK up to the recovery point                                                                           > OPEN
 *  RECOVERY, LOSS  {@link SpuriousRecovery} proves that nothing was lost                                   undo     > OPEN
 * </pre>
 * The recovery point is SND.NXT at the event, so there is at most one reduction for a window of data. In LOSS the window grows as in slow
 * start; losses found in RECOVERY or LOSS reduce nothing again. Peers without SACK get NewReno (RFC 6582): a partial acknowledgement marks
 * the next segment lost. A lost MTU probe is no sign of congestion (RFC 4821 §7.6.2): it is sent again and nothing else happens.
 */
final class LossRecovery {

    private enum State {
        OPEN,
        REDUCING,
        RECOVERY,
        LOSS
    }

    private static final int DUPLICATE_THRESHOLD = 3; // RFC 5681 §3.2

    private final Sender sender;
    private final Scoreboard board;
    private final CongestionControl congestion;
    private final RetransmissionTimeout timeout;
    /** Null unless the congestion control wants rates. */
    private final DeliveryRate deliveries;

    private final Ecn ecn;
    private final Counters counters;
    private final AckReport report;
    private final Rack rack = new Rack();
    private final RateReduction reduction = new RateReduction();
    private final SpuriousRecovery spurious = new SpuriousRecovery();
    private final TailProbe tailProbe = new TailProbe();

    private State state = State.OPEN;
    private int recoveryPoint;
    private int duplicates;
    /** Without SACK: octets that duplicate acknowledgements say have arrived, which lets new segments out (RFC 3042). */
    private int presumedBytes;

    /** The acknowledgement being processed echoes a timestamp of before the first retransmission. */
    private boolean original;
    /** It is a partial one: RFC 6582 §3.2. */
    private boolean partial;
    /** It covers octets sent before the time-out and never again. */
    private boolean neverSentAgain;

    LossRecovery(
            Sender sender,
            Scoreboard board,
            CongestionControl congestion,
            RetransmissionTimeout timeout,
            Ecn ecn,
            AckReport report,
            Counters counters) {
        this.sender = sender;
        this.board = board;
        this.congestion = congestion;
        this.timeout = timeout;
        this.deliveries = congestion.deliveries();
        this.ecn = ecn;
        this.report = report;
        this.counters = counters;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    Rack rack() {
        return rack;
    }

    /** RFC 6675 §4 pipe. */
    int inFlightBytes() {
        return Math.max(0, board.inFlightBytes() - presumedBytes);
    }

    /** F-RTO: new octets now, before anything is sent again. */
    boolean wantsNewData() {
        return spurious.wantsNewData();
    }

    /** Called by the scoreboard for each piece that an acknowledgement newly covers. */
    void delivered(int record, int end, int length, long sentAt, boolean retransmitted) {
        if (deliveries != null) {
            deliveries.delivered(record, length, end, sentAt, report);
        }
        report.delivered(length, sentAt, retransmitted);
        neverSentAgain |= !retransmitted && state == State.LOSS && !Sequence.isAfter(end, recoveryPoint);
        rack.delivered(end, sentAt, retransmitted, original, report.nowNanos);
    }

    /**
     * Takes an acceptable acknowledgement. SND.UNA is still the old one.
     *
     * @param pure the segment has neither data, SYN nor FIN and does not change the window
     * @return nanoseconds after which {@link #detectLater} must be called, or 0
     */
    long acknowledged(Segment segment, int acknowledgment, int oldUnacknowledged, boolean pure) {
        report.begin(segment.nowNanos, acknowledgment, sender.next());
        boolean advanced = acknowledgment != oldUnacknowledged;
        boolean echoed = segment.options.hasTimestamps() && segment.options.timestampEcho() != 0;
        original = spurious.isOriginal(echoed, segment.options.timestampEcho());
        neverSentAgain = false;
        partial = false;
        int lostBefore = board.lostBytes();
        sender.noteApplicationLimit();

        // In this order, and the blocks ascending: what one acknowledgement reports at once did not arrive out of
        // order.
        if (advanced) {
            board.acknowledge(acknowledgment, this);
        }
        boolean duplicateReported = takeSack(segment, acknowledgment);
        measure(segment, advanced, echoed);
        takeProbe(segment, acknowledgment, advanced, duplicateReported, pure);
        boolean complete = state != State.OPEN && !Sequence.isBefore(acknowledgment, recoveryPoint);
        if (spurious.isProved(advanced, original, duplicateReported)
                || spurious.isTimeoutSpurious(advanced, neverSentAgain, complete, sender.maySendNew())) {
            undo();
        } else if (complete) {
            leave();
        }
        if (!sender.sackEnabled()) {
            countDuplicates(acknowledgment, oldUnacknowledged, pure);
        }
        long wait = board.isEmpty() || !sender.sackEnabled() // RFC 8985 §4: without SACK it would see too little
                ? 0
                : rack.detect(
                        board,
                        state == State.RECOVERY || state == State.LOSS,
                        sender.segmentSize(),
                        timeout.smoothedNanos(),
                        report.nowNanos);
        if (isLossKnown()) {
            enter();
        } else if (state == State.OPEN && ecn.isMarked(segment) && !board.isEmpty()) {
            reduceForMark();
        }
        report.mayGrow = advanced || rack.isReorderingSeen();
        steer(advanced && board.lostBytes() <= lostBefore, lostBefore);
        return wait;
    }

    /** Something is lost that no reduction has answered yet. */
    private boolean isLossKnown() {
        return (state == State.OPEN || state == State.REDUCING) && board.lostBytes() > sender.lostProbeBytes();
    }

    /** Tells the congestion control, and lets rate reduction compute the window while it holds. */
    private void steer(boolean safe, int lostBefore) {
        report.inFlightBytes = inFlightBytes();
        report.lostBytes = Math.max(0, board.lostBytes() - lostBefore);
        report.windowLimited = sender.wasWindowLimited();
        boolean reducing = state == State.RECOVERY || state == State.REDUCING;
        congestion.acknowledged(report, timeout.smoothedNanos(), reducing);
        if (reducing && congestion.reducesProportionally()) {
            int segment = sender.segmentSize();
            congestion.window(reduction.window(report.deliveredBytes, report.inFlightBytes, segment, safe, partial));
        }
    }

    private boolean takeSack(Segment segment, int acknowledgment) {
        TcpOptions options = segment.options;
        int count = sender.sackEnabled() ? options.sackCount() : 0;
        if (count == 0) {
            return false;
        }
        boolean duplicate = isDuplicateReport(segment, options.sackLeft(0), options.sackRight(0));
        int first = 0;
        if (duplicate) {
            counters.count(Counter.TCP_DSACKS_RECEIVED);
            rack.duplicateReported(acknowledgment, sender.next());
            spurious.duplicateReported(options.sackRight(0) - options.sackLeft(0));
            first = 1;
        }
        int from = acknowledgment;
        for (int round = first; round < count; round++) {
            int lowest = -1;
            for (int i = first; i < count; i++) {
                // RFC 2018 §5: nothing below SND.UNA or beyond SND.NXT can have arrived out of order.
                if (!Sequence.isBefore(options.sackLeft(i), from)
                        && Sequence.isBefore(options.sackLeft(i), options.sackRight(i))
                        && !Sequence.isAfter(options.sackRight(i), sender.next())
                        && (lowest < 0 || Sequence.isBefore(options.sackLeft(i), options.sackLeft(lowest)))) {
                    lowest = i;
                }
            }
            if (lowest < 0) {
                break;
            }
            board.sack(options.sackLeft(lowest), options.sackRight(lowest), this);
            from = options.sackRight(lowest);
        }
        return duplicate;
    }

    /** RFC 2883 §4: the first block lies below the acknowledgement, or inside the second block. */
    private static boolean isDuplicateReport(Segment segment, int left, int right) {
        if (!Sequence.isAfter(right, segment.acknowledgment)) {
            return true;
        }
        return segment.options.sackCount() > 1
                && !Sequence.isBefore(left, segment.options.sackLeft(1))
                && !Sequence.isAfter(right, segment.options.sackRight(1));
    }

    private void measure(Segment segment, boolean advanced, boolean echoed) {
        if (report.rtt >= 0) {
            timeout.measured(report.rtt);
        } else if (advanced && echoed) {
            // RFC 7323 §4.1: the echo tells which transmission arrived.
            long elapsed = (sender.timestamp(report.nowNanos) - segment.options.timestampEcho()) & 0xffff_ffffL;
            if (elapsed < 1_000_000) {
                timeout.measured(elapsed * 1_000_000);
            }
        } else if (advanced) {
            timeout.progressed();
        }
    }

    private void countDuplicates(int acknowledgment, int oldUnacknowledged, boolean pure) {
        if (acknowledgment != oldUnacknowledged) {
            duplicates = 0;
            // one segment filled the hole, the others are those that caused the duplicates
            int filled = Math.max(0, acknowledgment - oldUnacknowledged - sender.segmentSize());
            if (state != State.LOSS) {
                report.deliveredBytes -= Math.min(presumedBytes, filled); // arrived when the duplicates came
            }
            presumedBytes = board.isEmpty() ? 0 : Math.max(0, presumedBytes - filled);
            if (state == State.RECOVERY && !board.isEmpty()) {
                markHeadLost();
                partial = true;
            }
        } else if (pure && !board.isEmpty()) {
            duplicates++;
            presumedBytes = Math.min(presumedBytes + sender.segmentSize(), board.inFlightBytes());
            if (state == State.RECOVERY) {
                report.deliveredBytes += sender.segmentSize();
            } else if (duplicates == DUPLICATE_THRESHOLD) {
                markHeadLost();
            }
        }
    }

    private void markHeadLost() {
        int head = board.first();
        if (board.length(head) > sender.segmentSize()) {
            board.split(head, sender.segmentSize());
        }
        board.markLost(board.first());
    }

    private void enter() {
        counters.count(Counter.TCP_FAST_RECOVERIES);
        boolean reduced = state == State.REDUCING;
        state = State.RECOVERY;
        recoveryPoint = sender.next();
        tailProbe.forget();
        if (reduced) {
            return; // RFC 3168 §6.1.2: the mark and the loss lie in one window of data
        }
        reduce();
        spurious.begin();
    }

    /** RFC 3168 §6.1.2: "the congestion control response to an ECN-Echo … essentially the same as … to a single dropped packet". */
    private void reduceForMark() {
        counters.count(Counter.TCP_CONGESTION_MARKS);
        state = State.REDUCING;
        recoveryPoint = sender.next();
        reduce();
        spurious.end();
    }

    private void reduce() {
        int flight = inFlightBytes() + board.lostBytes();
        congestion.lost(flight, report.nowNanos);
        reduction.begin(congestion.slowStartThresholdBytes(), flight);
        ecn.reduced();
    }

    private void leave() {
        if (state != State.LOSS && congestion.reducesProportionally()) {
            congestion.window(congestion.slowStartThresholdBytes());
        }
        congestion.recovered(report.nowNanos);
        rack.recovered();
        state = State.OPEN;
        duplicates = 0;
        presumedBytes = 0;
        spurious.end();
    }

    private void undo() {
        counters.count(Counter.TCP_SPURIOUS_RECOVERIES_UNDONE);
        board.unmarkLost();
        rack.undone();
        congestion.undo();
        timeout.progressed();
        state = State.OPEN;
        spurious.end();
    }

    /** A retransmission went out. */
    void retransmitted(int octets, int timestamp) {
        reduction.sent(octets);
        spurious.retransmitted(octets, sender.timestampsEnabled(), timestamp);
    }

    void newDataSent(int octets) {
        if (state == State.RECOVERY || state == State.REDUCING) {
            reduction.sent(octets);
        }
    }

    /** The reordering timer fired: RFC 8985 §6.3. */
    long detectLater(long now) {
        report.begin(now, sender.unacknowledged, sender.next());
        partial = false;
        int lostBefore = board.lostBytes();
        boolean recovering = state == State.RECOVERY || state == State.LOSS;
        long wait = rack.detect(board, recovering, sender.segmentSize(), timeout.smoothedNanos(), now);
        if (isLossKnown()) {
            enter();
        }
        steer(false, lostBefore);
        return wait;
    }

    /** RFC 8985 §7.2: probe only while nothing is known to be missing and no probe is under way. */
    boolean mayProbe() {
        return sender.mayProbe()
                && (state == State.OPEN || state == State.REDUCING)
                && board.sackedBytes() == 0
                && !tailProbe.isOutstanding()
                && timeout.smoothedNanos() > 0;
    }

    void probed(boolean retransmission) {
        counters.count(Counter.TCP_TAIL_LOSS_PROBES);
        tailProbe.sent(retransmission, sender.next());
    }

    private void takeProbe(
            Segment segment, int acknowledgment, boolean advanced, boolean duplicateReported, boolean pure) {
        boolean sacked = segment.options.sackCount() > 0;
        if (tailProbe.repairedLoss(acknowledgment, advanced, duplicateReported, sacked, pure) && state == State.OPEN) {
            congestion.lost(inFlightBytes(), report.nowNanos);
            congestion.window(congestion.slowStartThresholdBytes());
            ecn.reduced();
        }
    }

    /** RFC 6298 §5 (5.4)–(5.6), RFC 5681 §3.1, RFC 8985 §6.3. */
    void timedOut(long now) {
        counters.count(Counter.TCP_RETRANSMISSION_TIMEOUTS);
        boolean first = state != State.LOSS;
        if (board.first() < board.end() && board.is(board.first(), Scoreboard.SACKED)) {
            board.forgetSacked(); // RFC 2018 §8: the first octet can't be SACKed unless the peer reneged
        }
        presumedBytes = 0;
        if (sender.sackEnabled()) {
            rack.markOnTimeout(board, timeout.smoothedNanos(), now);
        } else {
            board.markAllLost();
        }
        int flight = board.inFlightBytes();
        congestion.timedOut(flight, first, now);
        timeout.expired();
        if (first) {
            spurious.begin();
            ecn.reduced();
        }
        spurious.timedOut(first && !sender.isProbingMtu());
        state = State.LOSS;
        recoveryPoint = sender.next();
        tailProbe.forget();
        duplicates = 0;
    }
}

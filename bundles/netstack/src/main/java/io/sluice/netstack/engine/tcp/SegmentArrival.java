package io.sluice.netstack.engine.tcp;

import io.sluice.netstack.engine.Counter;
import io.sluice.wire.TcpHeader;

/**
 * RFC 9293 §3.10.7.4, for all states of a connection: the checks in the RFC's order, with RFC 7323 §5.3 (PAWS) before and RFC 5961 inside
 * them. It changes sender, receiver and state; segments are sent when the batch ends, but for challenge ACKs and RSTs.
 */
final class SegmentArrival {

    private SegmentArrival() {}

    static void process(TcpConnection connection, Segment segment) {
        if (connection.state() == TcpState.SYN_RECEIVED && isSynAgain(connection, segment)) {
            connection.layer.counters().count(Counter.TCP_DUPLICATE_SYNS);
            connection.ecn.synAgain(segment);
            connection.repeatSynAck(segment.nowNanos);
            return;
        }
        if (!checkTimestamp(connection, segment)
                || !checkSequence(connection, segment)
                || !checkReset(connection, segment)
                || !checkSyn(connection, segment)
                || !checkAcknowledgment(connection, segment)) {
            return;
        }
        noteTimestamp(connection, segment);
        connection.heard(segment.nowNanos);
        takeText(connection, segment);
        connection.touch();
    }

    /** The SYN that opened the connection, once more: our SYN, ACK was lost. */
    private static boolean isSynAgain(TcpConnection connection, Segment segment) {
        return segment.has(TcpHeader.SYN)
                && !segment.has(TcpHeader.ACK)
                && segment.sequence == connection.initialReceiveSequence;
    }

    /** RFC 7323 §3.2, §5.3 R1. RST is exempt (§5.2). */
    private static boolean checkTimestamp(TcpConnection connection, Segment segment) {
        if (!connection.timestamps.enabled || segment.has(TcpHeader.RST)) {
            return true;
        }
        if (!segment.options.hasTimestamps()) {
            // §3.2: "If a non-<RST> segment is received without a TSopt, a TCP SHOULD silently drop the segment."
            connection.layer.counters().count(Counter.TCP_MISSING_TIMESTAMP);
            return false;
        }
        if (connection.timestamps.isOld(segment.options.timestampValue(), segment.nowNanos)) {
            connection.layer.counters().count(Counter.TCP_PAWS_REJECTED);
            acknowledgeUnacceptable(connection, segment);
            return false;
        }
        return true;
    }

    /** First check: the table of §3.10.7.4. */
    private static boolean checkSequence(TcpConnection connection, Segment segment) {
        Receiver receiver = connection.receiver;
        int window = receiver.window();
        int first = segment.sequence - receiver.next;
        int length = segment.length();
        boolean acceptable;
        if (length == 0) {
            acceptable = window == 0 ? first == 0 : first >= 0 && first < window;
            // A peer that filled our window stands at its right edge: its acknowledgements are good.
            acceptable |= window > 0 && first == window;
        } else {
            int last = first + length - 1;
            acceptable = window > 0
                    && (first >= 0 && first < window || last >= 0 && last < window || first < 0 && last >= window);
        }
        if (acceptable) {
            return true;
        }
        if (window == 0 && first == 0 && !segment.has(TcpHeader.RST)) {
            // "If the RCV.WND is zero, no segments will be acceptable, but special allowance should be made to accept
            // valid ACKs".
            segment.trimBack(segment.payloadLength);
            receiver.acknowledgeNow();
            return true;
        }
        if (!segment.has(TcpHeader.RST)) {
            connection.layer.counters().count(Counter.TCP_OUT_OF_WINDOW);
            acknowledgeUnacceptable(connection, segment);
        }
        return false;
    }

    /** A repetition of octets we have is answered each time, with DSACK; anything else not too often, lest two ends answer each other. */
    private static void acknowledgeUnacceptable(TcpConnection connection, Segment segment) {
        int end = segment.sequence + segment.payloadLength;
        if (segment.length() > 0 && !segment.has(TcpHeader.SYN) && !Sequence.isAfter(end, connection.receiver.next)) {
            if (segment.payloadLength > 0) {
                connection.receiver.duplicate(segment.sequence, end);
            }
            connection.receiver.acknowledgeNow();
            connection.touch();
        } else {
            connection.challenges.answer(connection, segment.nowNanos);
        }
    }

    /**
     * RFC 7323 §4.3 (2): only from a segment that lies where the last acknowledgement pointed. §5.3 R3 would have it before the
     * acknowledgement is checked; then a forged segment that only hits the window could make every later one look old.
     */
    private static void noteTimestamp(TcpConnection connection, Segment segment) {
        if (connection.timestamps.enabled
                && segment.options.hasTimestamps()
                && !Sequence.isAfter(segment.sequence, connection.receiver.lastAcknowledged)) {
            connection.timestamps.record(segment.options.timestampValue(), segment.nowNanos);
        }
    }

    /** Second check, RFC 5961 §3.2. */
    private static boolean checkReset(TcpConnection connection, Segment segment) {
        if (!segment.has(TcpHeader.RST)) {
            return true;
        }
        if (segment.sequence == connection.receiver.next) {
            connection.reset();
        } else {
            connection.challenges.answer(connection, segment.nowNanos);
        }
        return false;
    }

    /** Fourth check, RFC 5961 §4.2. */
    private static boolean checkSyn(TcpConnection connection, Segment segment) {
        if (!segment.has(TcpHeader.SYN)) {
            return true;
        }
        connection.challenges.answer(connection, segment.nowNanos);
        return false;
    }

    /** Fifth check, RFC 5961 §5.2. */
    private static boolean checkAcknowledgment(TcpConnection connection, Segment segment) {
        if (!segment.has(TcpHeader.ACK)) {
            return false;
        }
        Sender sender = connection.sender;
        int acknowledgment = segment.acknowledgment;
        if (connection.state() == TcpState.SYN_RECEIVED) {
            if (acknowledgment != sender.next) {
                connection.layer.counters().count(Counter.TCP_BAD_ACKNOWLEDGMENT);
                connection.layer.output().resetAt(connection, acknowledgment);
                return false;
            }
            connection.established(segment);
            return true;
        }
        if (Sequence.isAfter(acknowledgment, sender.next)
                || Sequence.isBefore(
                        acknowledgment,
                        sender.unacknowledged - Math.max(sender.peerWindow().greatestBytes(), 0xffff))) {
            connection.layer.counters().count(Counter.TCP_BAD_ACKNOWLEDGMENT);
            connection.challenges.answer(connection, segment.nowNanos);
            return false;
        }
        if (Sequence.isBefore(acknowledgment, sender.unacknowledged)) {
            sender.acknowledgedBefore(segment);
            return true; // its text may be new
        }
        sender.acknowledged(segment);
        if (sender.isFinished()) {
            connection.finAcknowledged(segment.nowNanos);
        }
        return connection.state() != TcpState.CLOSED;
    }

    /** Sixth to eighth check. Urgent data are data: RFC 6093 §4. */
    private static void takeText(TcpConnection connection, Segment segment) {
        Receiver receiver = connection.receiver;
        if (segment.length() == 0 || receiver.finReceived()) {
            return;
        }
        if (connection.ecn.received(segment)) {
            receiver.acknowledgeNow();
        }
        if (connection.isOrphaned() && segment.payloadLength > 0 && Sequence.isAfter(segment.end(), receiver.next)) {
            // RFC 1122 §4.2.2.13: nobody will read this; the peer is to know.
            connection.layer.counters().count(Counter.TCP_DATA_AFTER_CLOSE);
            connection.abortFor(segment);
            return;
        }
        int before = receiver.next - segment.sequence;
        if (before > 0) {
            int known = Math.min(before, segment.payloadLength);
            receiver.duplicate(segment.sequence, segment.sequence + known);
            segment.trimFront(known);
        }
        int beyond = segment.sequence + segment.payloadLength - receiver.next - receiver.window();
        if (beyond > 0) {
            segment.trimBack(Math.min(beyond, segment.payloadLength));
        }
        receiver.accept(segment, !connection.isInputWanted());
        if (receiver.finReceived()) {
            connection.finArrived(segment.nowNanos);
        }
    }
}

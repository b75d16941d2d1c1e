package io.sluice.netstack.engine.tcp;

/**
 * RACK, time-based loss detection: RFC 8985 §6.
 *
 * <p>Of all packets delivered so far, the one sent last is remembered. Whatever was sent sufficiently earlier and has not arrived is lost.
 * "Sufficiently" is the reordering window: nothing until reordering was seen once three segments arrived out of order, else a fraction of
 * the least round-trip time that grows with each DSACK and shrinks again after sixteen recoveries.
 */
final class Rack {

    /** RFC 8985 §6.2 step 4. */
    private static final int PERSISTENT_RECOVERIES = 16;

    private static final int DUPLICATE_THRESHOLD = 3;

    private boolean sampled;
    private long newestSentAt;
    private int newestEnd;
    private long rtt;
    private long leastRtt = Long.MAX_VALUE;
    private int forwardAcknowledged;
    private boolean forwardKnown;
    private boolean reorderingSeen;
    private int windowMultiplier = 1;
    private int windowPersist;
    private int dsackRoundEnd;
    private boolean dsackRound;

    /** A round-trip time from elsewhere: the handshake. */
    void measured(long rttNanos) {
        leastRtt = Math.min(leastRtt, rttNanos);
    }

    /** RFC 8985 §6.2 steps 1–3, for one record that was delivered. */
    void delivered(int end, long sentAt, boolean retransmitted, boolean echoProvesOriginal, long nowNanos) {
        long sample = nowNanos - sentAt;
        if (retransmitted) {
            // Step 2: it may be the original that arrived.
            if (echoProvesOriginal || sample < leastRtt) {
                return;
            }
        } else {
            leastRtt = Math.min(leastRtt, sample);
        }
        // Step 3: reordering is what arrives behind the highest and was sent once.
        if (!forwardKnown || Sequence.isAfter(end, forwardAcknowledged)) {
            forwardAcknowledged = end;
            forwardKnown = true;
        } else if (Sequence.isBefore(end, forwardAcknowledged) && !retransmitted) {
            reorderingSeen = true;
        }
        if (!sampled || sentAfter(sentAt, end, newestSentAt, newestEnd)) {
            sampled = true;
            newestSentAt = sentAt;
            newestEnd = end;
            rtt = sample;
        }
    }

    private static boolean sentAfter(long time1, int end1, long time2, int end2) {
        return time1 > time2 || time1 == time2 && Sequence.isAfter(end1, end2);
    }

    /** RFC 8985 §6.2 step 4: a DSACK says that a retransmission was needless. */
    void duplicateReported(int acknowledgment, int sendNext) {
        if (!dsackRound || !Sequence.isBefore(acknowledgment, dsackRoundEnd)) {
            dsackRound = true;
            dsackRoundEnd = sendNext;
            windowMultiplier++;
            windowPersist = PERSISTENT_RECOVERIES;
        }
    }

    void recovered() {
        if (windowPersist > 0 && --windowPersist == 0) {
            windowMultiplier = 1;
        }
    }

    /** A recovery was needless: what was taken for the delivery of a retransmission was the original's. */
    void undone() {
        sampled = false;
    }

    boolean isReorderingSeen() {
        return reorderingSeen;
    }

    private long reorderingWindow(boolean recovering, int sackedBytes, int segment, long smoothedRtt) {
        if (!reorderingSeen && (recovering || sackedBytes >= DUPLICATE_THRESHOLD * segment)) {
            return 0;
        }
        if (leastRtt == Long.MAX_VALUE) {
            return 0;
        }
        return Math.min(windowMultiplier * (leastRtt / 4), smoothedRtt);
    }

    /**
     * RFC 8985 §6.2 step 5: marks what is lost.
     *
     * @return nanoseconds until the next record would be, 0 if none can be
     */
    long detect(Scoreboard board, boolean recovering, int segment, long smoothedRtt, long nowNanos) {
        if (!sampled || board.inFlightBytes() == 0) {
            return 0;
        }
        long window = reorderingWindow(recovering, board.sackedBytes(), segment, smoothedRtt);
        long wait = 0;
        for (int i = board.first(); i < board.end(); i++) {
            if (board.is(i, Scoreboard.SACKED | Scoreboard.LOST)) {
                continue;
            }
            if (!sentAfter(newestSentAt, newestEnd, board.sentAt(i), board.endOf(i))) {
                if (!board.is(i, Scoreboard.RETRANSMITTED)) {
                    break; // what was sent once was sent in order: everything behind is younger
                }
                continue;
            }
            long remaining = board.sentAt(i) + rtt + window - nowNanos;
            if (remaining <= 0) {
                board.markLost(i);
            } else {
                wait = Math.max(wait, remaining);
            }
        }
        return wait;
    }

    /** RFC 8985 §6.3: at a time-out the first record is lost, and what was sent long enough ago; the rest may be on its way. */
    void markOnTimeout(Scoreboard board, long smoothedRtt, long nowNanos) {
        long old = nowNanos - rtt - reorderingWindow(true, 0, 1, smoothedRtt);
        for (int i = board.first(); i < board.end(); i++) {
            if (i == board.first() || board.sentAt(i) <= old) {
                board.markLost(i);
            }
        }
    }
}

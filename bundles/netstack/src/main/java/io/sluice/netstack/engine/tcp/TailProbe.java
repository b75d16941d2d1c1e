package io.sluice.netstack.engine.tcp;

/**
 * The tail loss probe that is under way, and what its acknowledgement says: RFC 8985 §7.4. A probe that was a retransmission and is
 * acknowledged without a DSACK has repaired a loss nobody saw; that loss is answered like any other.
 */
final class TailProbe {

    private boolean outstanding;
    private boolean retransmission;
    private int end;

    boolean isOutstanding() {
        return outstanding;
    }

    /** §7.3: one was sent; {@code sendNext} is SND.NXT behind it. */
    void sent(boolean again, int sendNext) {
        outstanding = true;
        retransmission = again;
        end = sendNext;
    }

    void forget() {
        outstanding = false;
    }

    /** §7.4.2; returns whether the probe repaired a loss. */
    boolean repairedLoss(
            int acknowledgment, boolean advanced, boolean duplicateReported, boolean sacked, boolean pure) {
        if (!outstanding || Sequence.isBefore(acknowledgment, end)) {
            return false;
        }
        if (!retransmission || duplicateReported) {
            outstanding = false;
        } else if (Sequence.isAfter(acknowledgment, end)) {
            outstanding = false;
            return true;
        } else if (!advanced && pure && !sacked) {
            outstanding = false;
        }
        return false;
    }
}

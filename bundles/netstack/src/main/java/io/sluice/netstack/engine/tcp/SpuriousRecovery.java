package io.sluice.netstack.engine.tcp;

/**
 * Finds out that a recovery was needless, so that its reduction can be undone.
 *
 * <p>Theory of operation. Three witnesses, whichever comes first:
 * <pre>
 *  Eifel   RFC 3522 §3.2   an acknowledgement echoes a timestamp older than the first retransmission: the original arrived
 *  DSACK   RFC 3708 §3     every octet that was retransmitted is reported as a duplicate
 *  F-RTO   RFC 5682 §3.1   after a time-out, octets that were sent once and never again are acknowledged:
 *
 *  step            event                                             action > next step
 *  NONE            first time-out of an episode                      the first segment again       > FIRST
 *  FIRST           ACK moves SND.UNA, not up to the recovery point   up to two new segments        > SECOND
 *  FIRST           ACK moves nothing, or there is nothing new        as after any time-out         > NONE
 *  SECOND          ACK of octets never sent again                    the time-out was spurious     > NONE
 *  SECOND          ACK moves nothing                                 as after any time-out         > NONE
 *  FIRST, SECOND   time-out again                                                                  > NONE
 * </pre>
 * What an undo restores is the congestion control's concern (RFC 4015 §3.2).
 */
final class SpuriousRecovery {

    private enum Step {
        NONE,
        FIRST,
        SECOND
    }

    private boolean possible;
    private boolean retransmitted;
    /** Octets sent again that no DSACK has reported. */
    private int unreported;

    private boolean timestampKnown;
    private int firstTimestamp;

    private Step step = Step.NONE;

    /** A recovery begins that a witness may undo. */
    void begin() {
        possible = true;
        retransmitted = false;
        unreported = 0;
        timestampKnown = false;
        step = Step.NONE;
    }

    /** No undo any more: the recovery is over, undone, or answers a congestion mark. */
    void end() {
        possible = false;
        timestampKnown = false;
        step = Step.NONE;
    }

    /** Octets were sent again; {@code timestamp} is the TSval they carry. */
    void retransmitted(int octets, boolean timestamps, int timestamp) {
        retransmitted = true;
        unreported += octets;
        if (timestamps && !timestampKnown) {
            timestampKnown = true;
            firstTimestamp = timestamp;
        }
    }

    /** A DSACK reported so many octets. */
    void duplicateReported(int octets) {
        unreported -= octets;
    }

    /** RFC 3522 §3.2 step 3: the echo is older than the first retransmission. */
    boolean isOriginal(boolean echoed, int echo) {
        return timestampKnown && echoed && echo - firstTimestamp < 0;
    }

    /** Eifel or DSACK. */
    boolean isProved(boolean advanced, boolean original, boolean duplicateReported) {
        return possible && (advanced && original || duplicateReported && retransmitted && unreported <= 0);
    }

    /** RFC 5682 §2.1 step 1. */
    void timedOut(boolean first) {
        step = first ? Step.FIRST : Step.NONE;
    }

    /**
     * RFC 5682 §3.1 steps 2 and 3.
     *
     * @param original octets sent before the time-out and never again were acknowledged now
     * @param complete the acknowledgement reaches the recovery point
     * @param maySendNew new octets may be sent
     * @return whether the time-out was spurious
     */
    boolean isTimeoutSpurious(boolean advanced, boolean original, boolean complete, boolean maySendNew) {
        switch (step) {
            case FIRST -> step = advanced && !complete && maySendNew ? Step.SECOND : Step.NONE;
            case SECOND -> {
                step = Step.NONE;
                return possible && original;
            }
            case NONE -> {}
        }
        return false;
    }

    /** RFC 5682 §2.1 step 2b: new segments now, retransmissions not. */
    boolean wantsNewData() {
        return step == Step.SECOND;
    }
}

package io.sluice.netstack.engine.tcp;

/**
 * Proportional rate reduction: RFC 6937, with the safe-acknowledgement rule of RFC 9937 §5. During recovery it lets out so many octets for
 * those delivered that the window arrives at the threshold when recovery ends: no silence, no burst.
 */
final class RateReduction {

    private int threshold;
    private int flightAtStart;
    private long delivered;
    private long sent;

    void begin(int thresholdBytes, int flightBytes) {
        threshold = thresholdBytes;
        flightAtStart = Math.max(1, flightBytes);
        delivered = 0;
        sent = 0;
    }

    void sent(int octets) {
        sent += octets;
    }

    /**
     * The window after an acknowledgement in recovery.
     *
     * @param safe it acknowledges new octets and shows no further loss
     * @param force one segment goes out in any case: RFC 6582 §3.2 step 3, partial acknowledgement
     */
    int window(int newlyDelivered, int inFlight, int segment, boolean safe, boolean force) {
        delivered += newlyDelivered;
        long budget;
        if (inFlight > threshold) {
            budget = (delivered * threshold + flightAtStart - 1) / flightAtStart - sent;
        } else {
            long limit = Math.max(delivered - sent, newlyDelivered) + (safe ? segment : 0);
            budget = Math.min(threshold - inFlight, limit);
        }
        // The fast retransmission itself always goes out.
        long least = sent == 0 || force ? segment : 0;
        return (int) (inFlight + Math.max(budget, least));
    }
}

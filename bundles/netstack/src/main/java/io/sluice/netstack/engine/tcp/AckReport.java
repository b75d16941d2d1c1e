package io.sluice.netstack.engine.tcp;

/** What one acknowledgement says, gathered while it is processed. One object a layer, filled again for each. Octets, nanoseconds. */
final class AckReport {

    long nowNanos;
    /** SND.UNA with this acknowledgement, and SND.NXT. */
    int acknowledgment;

    int sendNext;
    /** Newly acknowledged or SACKed. */
    int deliveredBytes;
    /** SND.UNA moved, or the path is known to reorder: RFC 5681 §3.1 lets the window grow for cumulative acknowledgements only. */
    boolean mayGrow;
    /** Newly found to be lost. */
    int lostBytes;
    /** Still in flight, losses not counted. */
    int inFlightBytes;
    /** Round trip of the segment sent last among those delivered that were sent once; −1 if there is none. */
    long rtt;
    /** The window was what held the sender back: RFC 7661 §4.3. */
    boolean windowLimited;

    // Delivery rate sample, filled by {@link DeliveryRate}
    boolean hasRate;
    boolean applicationLimited;
    /** Octets delivered in all when the newest of the delivered records was sent, octets in flight then, octets lost since. */
    long deliveredBefore;

    int inFlightWhenSent;
    long lostSince;
    /** Octets delivered since, and the time they took. */
    long rateDelivered;

    long rateInterval;
    /** Octets a second, 0 if there is no reliable sample. */
    double deliveryRate;

    private long rttSentAt;

    void begin(long now, int unacknowledged, int next) {
        nowNanos = now;
        acknowledgment = unacknowledged;
        sendNext = next;
        deliveredBytes = 0;
        mayGrow = false;
        lostBytes = 0;
        inFlightBytes = 0;
        rtt = -1;
        windowLimited = false;
        rttSentAt = Long.MIN_VALUE;
        hasRate = false;
        applicationLimited = false;
        deliveredBefore = 0;
        inFlightWhenSent = 0;
        lostSince = 0;
        rateDelivered = 0;
        rateInterval = 0;
        deliveryRate = 0;
    }

    void delivered(int octets, long sentAt, boolean retransmitted) {
        deliveredBytes += octets;
        // RFC 6298 §3, Karn: a record that was sent once
        if (!retransmitted && sentAt >= rttSentAt) {
            rttSentAt = sentAt;
            rtt = nowNanos - sentAt;
        }
    }
}

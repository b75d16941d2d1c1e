package io.sluice.netstack.engine.tcp;

import java.util.Arrays;

/**
 * Delivery rate samples: draft-ietf-ccwg-bbr, "Detailed Delivery Rate Sampling Algorithm". Only for a congestion control that asks for it.
 *
 * <p>Each record of the {@link Scoreboard} remembers how much had been delivered when it was sent, and when. When it is delivered itself, what
 * was delivered meanwhile, over the longer of the two times it took to send and to acknowledge that, is a sample. The arrays stand beside the
 * scoreboard's and move with them. Octets, nanoseconds.
 */
final class DeliveryRate {

    /** Told about records deemed lost. */
    interface LossObserver {

        /**
         * @param octets size of the record
         * @param inFlightWhenSent with it
         * @param lostSince octets lost since it was sent, with it
         */
        void lost(int octets, int inFlightWhenSent, long lostSince, boolean applicationLimited);
    }

    private static final double SECOND = 1e9;

    private final LossObserver observer;

    private long delivered;
    private long deliveredAt;
    private long firstSentAt;
    private long lost;
    /** Delivered octets up to which samples are limited by the application, 0 if they are not. */
    private long limitedUntil;

    private int newestEnd;

    private long[] deliveredBefore = {};
    private long[] deliveredBeforeAt = {};
    private long[] firstSentBefore = {};
    private long[] lostBefore = {};
    private int[] inFlight = {};
    private boolean[] limited = {};

    DeliveryRate(LossObserver observer) {
        this.observer = observer;
    }

    long deliveredBytes() {
        return delivered;
    }

    boolean isApplicationLimited() {
        return limitedUntil != 0;
    }

    /** MarkConnectionAppLimited. */
    void applicationLimited(int inFlightBytes) {
        limitedUntil = Math.max(delivered + inFlightBytes, 1);
    }

    // ---- records

    /** OnPacketSent; {@code inFlightBytes} includes the record. */
    void sent(int index, int octets, int inFlightBytes, long nowNanos) {
        if (inFlightBytes <= octets) {
            firstSentAt = nowNanos;
            deliveredAt = nowNanos;
        }
        firstSentBefore[index] = firstSentAt;
        deliveredBeforeAt[index] = deliveredAt;
        deliveredBefore[index] = delivered;
        limited[index] = limitedUntil != 0;
        inFlight[index] = inFlightBytes;
        lostBefore[index] = lost;
    }

    /** UpdateRateSample. */
    void delivered(int index, int octets, int end, long sentAt, AckReport report) {
        delivered += octets;
        deliveredAt = report.nowNanos;
        boolean newest = sentAt > firstSentAt || sentAt == firstSentAt && Sequence.isAfter(end, newestEnd);
        if (report.hasRate && !newest) {
            return;
        }
        report.hasRate = true;
        report.deliveredBefore = deliveredBefore[index];
        report.applicationLimited = limited[index];
        report.inFlightWhenSent = inFlight[index];
        report.lostSince = lost - lostBefore[index];
        report.rateInterval = Math.max(sentAt - firstSentBefore[index], deliveredAt - deliveredBeforeAt[index]);
        firstSentAt = sentAt;
        newestEnd = end;
    }

    /** GenerateRateSample. */
    void generate(AckReport report, long minRtt) {
        if (limitedUntil != 0 && delivered > limitedUntil) {
            limitedUntil = 0;
        }
        if (!report.hasRate) {
            return;
        }
        report.rateDelivered = delivered - report.deliveredBefore;
        if (report.rateInterval >= minRtt && report.rateInterval > 0) {
            report.deliveryRate = report.rateDelivered * SECOND / report.rateInterval;
        }
    }

    void lost(int index, int octets) {
        lost += octets;
        observer.lost(octets, inFlight[index], lost - lostBefore[index], limited[index]);
    }

    // ---- arrays

    void capacity(int records) {
        deliveredBefore = Arrays.copyOf(deliveredBefore, records);
        deliveredBeforeAt = Arrays.copyOf(deliveredBeforeAt, records);
        firstSentBefore = Arrays.copyOf(firstSentBefore, records);
        lostBefore = Arrays.copyOf(lostBefore, records);
        inFlight = Arrays.copyOf(inFlight, records);
        limited = Arrays.copyOf(limited, records);
    }

    void move(int from, int to, int count) {
        System.arraycopy(deliveredBefore, from, deliveredBefore, to, count);
        System.arraycopy(deliveredBeforeAt, from, deliveredBeforeAt, to, count);
        System.arraycopy(firstSentBefore, from, firstSentBefore, to, count);
        System.arraycopy(lostBefore, from, lostBefore, to, count);
        System.arraycopy(inFlight, from, inFlight, to, count);
        System.arraycopy(limited, from, limited, to, count);
    }
}

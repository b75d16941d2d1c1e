package io.sluice.netstack.engine.tcp;

/**
 * What {@link Bbr} knows of the path: draft-ietf-ccwg-bbr, "Updating Network Path Model Parameters". Names in the comments are the draft's.
 * Octets, octets a second, nanoseconds.
 */
final class BbrModel {

    static final double INFINITE = Double.POSITIVE_INFINITY;
    static final long NEVER = Long.MAX_VALUE;

    /** BBR.Beta. */
    static final double BETA = 0.7;

    private static final long SECOND = 1_000_000_000L;
    /** BBR.MinRTTFilterLen. */
    private static final long MIN_RTT_LIFETIME = 10 * SECOND;
    /** BBR.ProbeRTTInterval. */
    private static final long PROBE_RTT_INTERVAL = 5 * SECOND;
    /** BBR.ExtraAckedFilterLen. */
    private static final int EXTRA_ACKED_ROUNDS = 10;

    // Rounds: "BBR.round_count: Tracking Packet-Timed Round Trips"
    private long nextRoundDelivered;
    boolean roundStart;
    int roundCount;

    // Long-term rate: the windowed maximum over two cycles
    private double maxThisCycle;
    private double maxLastCycle;
    /** BBR.bw. */
    double rate;

    // Short-term model
    double shortTermRate = INFINITE;
    double shortTermInFlight = INFINITE;
    private double latestRate;
    long latestInFlight;
    boolean lossInRound;
    private boolean lossRoundStart;
    private long lossRoundDelivered;

    // Round trips
    long minRtt = NEVER;
    private long minRttAt;
    private long probeRttMin = NEVER;
    long probeRttMinAt;
    boolean probeRttExpired;

    // Aggregation: two windows of EXTRA_ACKED_ROUNDS
    private long extraStart;
    private double extraDelivered;
    private double extraThis;
    private double extraLast;
    private int extraWindowStart;

    BbrModel(long nowNanos) {
        minRttAt = nowNanos;
        probeRttMinAt = nowNanos;
        extraStart = nowNanos;
    }

    /** BBR.max_bw. */
    double maxRate() {
        return Math.max(maxThisCycle, maxLastCycle);
    }

    /** BBR.extra_acked. */
    double extraAcked() {
        return Math.max(extraThis, extraLast);
    }

    /** BDPMultiple. */
    double bdp(double gain, int initialWindow) {
        return minRtt == NEVER ? initialWindow : gain * rate * minRtt / SECOND;
    }

    void startRound(long delivered) {
        nextRoundDelivered = delivered;
    }

    /** UpdateLatestDeliverySignals. */
    void takeSample(AckReport report, long delivered) {
        lossRoundStart = false;
        latestRate = Math.max(latestRate, report.deliveryRate);
        latestInFlight = Math.max(latestInFlight, report.rateDelivered);
        if (report.hasRate && report.deliveredBefore >= lossRoundDelivered) {
            lossRoundDelivered = delivered;
            lossRoundStart = true;
        }
    }

    /** UpdateMaxBw; returns whether a round began. */
    boolean takeRate(AckReport report, long delivered) {
        roundStart = report.hasRate && report.deliveredBefore >= nextRoundDelivered;
        if (roundStart) {
            startRound(delivered);
            roundCount++;
        }
        if (report.deliveryRate > 0 && (report.deliveryRate >= maxRate() || !report.applicationLimited)) {
            maxThisCycle = Math.max(maxThisCycle, report.deliveryRate);
        }
        return roundStart;
    }

    /** AdvanceMaxBwFilter. */
    void advanceCycle() {
        maxLastCycle = maxThisCycle > 0 ? maxThisCycle : maxLastCycle;
        maxThisCycle = 0;
    }

    /** UpdateCongestionSignals, its second half: at the end of a round with losses the short-term model follows what was delivered. */
    void takeCongestion(boolean probing, int window) {
        if (!lossRoundStart) {
            return;
        }
        if (!probing && lossInRound) {
            shortTermRate = Math.max(latestRate, BETA * (shortTermRate == INFINITE ? maxRate() : shortTermRate));
            shortTermInFlight =
                    Math.max(latestInFlight, BETA * (shortTermInFlight == INFINITE ? window : shortTermInFlight));
        }
        lossInRound = false;
    }

    /** AdvanceLatestDeliverySignals. */
    void advanceSignals(AckReport report) {
        if (lossRoundStart) {
            latestRate = report.deliveryRate;
            latestInFlight = report.rateDelivered;
        }
    }

    /** NoteLoss; returns whether it is the first of the round. */
    boolean noteLoss(long delivered) {
        boolean first = !lossInRound;
        if (first) {
            lossRoundDelivered = delivered;
        }
        lossInRound = true;
        return first;
    }

    /** ResetCongestionSignals. */
    void resetSignals() {
        lossInRound = false;
        latestRate = 0;
        latestInFlight = 0;
    }

    /** ResetShortTermModel. */
    void resetShortTerm() {
        shortTermRate = INFINITE;
        shortTermInFlight = INFINITE;
    }

    /** BoundBWForModel. */
    void bound() {
        rate = Math.min(maxRate(), shortTermRate);
    }

    /** UpdateACKAggregation. */
    void takeAggregation(AckReport report, int window, boolean pipeWasFull) {
        double expected = rate * (report.nowNanos - extraStart) / SECOND;
        if (extraDelivered <= expected) {
            extraDelivered = 0;
            extraStart = report.nowNanos;
            expected = 0;
        }
        extraDelivered += report.deliveredBytes;
        if (roundCount - extraWindowStart >= (pipeWasFull ? EXTRA_ACKED_ROUNDS / 2 : 1)) {
            extraWindowStart = roundCount;
            extraLast = extraThis;
            extraThis = 0;
        }
        extraThis = Math.max(extraThis, Math.min(extraDelivered - expected, window));
    }

    void restartAggregation(long nowNanos) {
        extraStart = nowNanos;
        extraDelivered = 0;
    }

    /** UpdateMinRTT. */
    void takeRoundTrip(AckReport report) {
        long now = report.nowNanos;
        probeRttExpired = now - probeRttMinAt > PROBE_RTT_INTERVAL;
        if (report.rtt >= 0 && (report.rtt < probeRttMin || probeRttExpired)) {
            probeRttMin = report.rtt;
            probeRttMinAt = now;
        }
        if (probeRttMin < minRtt || now - minRttAt > MIN_RTT_LIFETIME) {
            minRtt = probeRttMin;
            minRttAt = probeRttMinAt;
        }
    }
}

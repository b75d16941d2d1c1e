package io.sluice.netstack.engine.tcp;

import java.util.random.RandomGenerator;

/**
 * The long-term model of {@link Bbr}, and the cycle in which it is probed: draft-ietf-ccwg-bbr, "ProbeBW Algorithm Details". Names in the
 * comments are the draft's.
 */
final class BbrProbe {

    /** BBR.ack_phase: what acknowledgements tell about the last probe. */
    private enum Feedback {
        NONE,
        REFILLING,
        STARTING,
        COMING,
        STOPPING
    }

    /** BBR.LossThresh. */
    private static final double TOLERATED_LOSS = 0.02;
    /** BBR.Headroom. */
    private static final double HEADROOM = 0.15;

    private static final long SECOND = 1_000_000_000L;
    /** IsRenoCoexistenceProbeTime: most rounds between probes. */
    private static final int MAX_ROUNDS = 63;

    private final Bbr bbr;
    private final BbrModel model;
    private final RandomGenerator random;

    /** BBR.inflight_longterm. */
    double longTerm = BbrModel.INFINITE;

    private Feedback feedback = Feedback.NONE;
    private double ackedPerIncrease = BbrModel.INFINITE;
    private double acked;
    private int growthRounds;
    private int roundsSinceUp;
    private boolean probeSample;
    private boolean tooHigh;
    private boolean precautionary;
    private long cycleStart;
    private long wait;

    BbrProbe(Bbr bbr, BbrModel model, RandomGenerator random) {
        this.bbr = bbr;
        this.model = model;
        this.random = random;
    }

    void roundStarted() {
        roundsSinceUp++;
    }

    /** ACKS_PROBE_STOPPING, for ProbeRTT. */
    void stopFeedback() {
        feedback = Feedback.STOPPING;
    }

    /** StartProbeBW_DOWN. */
    void down(long nowNanos) {
        model.resetSignals();
        ackedPerIncrease = BbrModel.INFINITE;
        // PickProbeWait
        roundsSinceUp = random.nextInt(2);
        wait = 2 * SECOND + random.nextInt((int) SECOND);
        cycleStart = nowNanos;
        feedback = Feedback.STOPPING;
        bbr.enter(Bbr.State.DOWN);
    }

    /** StartProbeBW_REFILL. */
    void refill() {
        model.resetShortTerm();
        growthRounds = 0;
        acked = 0;
        precautionary = false;
        feedback = Feedback.REFILLING;
        bbr.enter(Bbr.State.REFILL);
    }

    private void up(AckReport report) {
        feedback = Feedback.STARTING;
        bbr.enter(Bbr.State.UP);
        bbr.pipe().reset(report.deliveryRate);
        raiseSlope();
    }

    /** UpdateProbeBWCyclePhase. */
    void advance(AckReport report) {
        if (adapt(report) || !bbr.isProbeBw()) {
            return;
        }
        switch (bbr.state()) {
            case DOWN -> {
                if (!isTimeToProbe(report) && isTimeToCruise(report)) {
                    bbr.enter(Bbr.State.CRUISE);
                }
            }
            case CRUISE -> isTimeToProbe(report);
            case REFILL -> {
                if (model.roundStart) {
                    probeSample = true;
                    up(report);
                }
            }
            case UP -> {
                if (isTimeToGoDown(report)) {
                    tooHigh = false;
                    down(report.nowNanos);
                }
            }
            default -> {}
        }
    }

    /** AdaptLongTermModel; returns whether it has decided a transition. */
    private boolean adapt(AckReport report) {
        if (feedback == Feedback.STARTING && model.roundStart) {
            feedback = Feedback.COMING;
        }
        if (feedback == Feedback.STOPPING && model.roundStart) {
            probeSample = false;
            feedback = Feedback.NONE;
            if (bbr.isProbeBw() && !report.applicationLimited) {
                model.advanceCycle();
            }
            if (bbr.isProbeBw() && precautionary && !tooHigh) {
                refill();
                return true;
            }
        }
        if (!isTooHigh(report.lostSince, report.inFlightWhenSent)) {
            if (longTerm == BbrModel.INFINITE) {
                return false;
            }
            longTerm = Math.max(longTerm, report.inFlightWhenSent);
            if (bbr.state() == Bbr.State.UP) {
                raise(report);
            }
        }
        return false;
    }

    /** IsInflightTooHigh. */
    private boolean isTooHigh(long lost, int inFlight) {
        return lost > inFlight * TOLERATED_LOSS || lost > 0 && !bbr.hasSack();
    }

    /** HandleLostPacket, but for NoteLoss. */
    void lost(int octets, int inFlight, long lostSince, boolean applicationLimited, long nowNanos) {
        if (!probeSample || !isTooHigh(lostSince, inFlight)) {
            return;
        }
        // InflightAtLoss: how much of this record still fitted
        double before = inFlight - octets;
        double lostPrefix = (TOLERATED_LOSS * before - (lostSince - octets)) / (1 - TOLERATED_LOSS);
        // HandleInflightTooHigh
        tooHigh = true;
        probeSample = false;
        if (!applicationLimited) {
            longTerm = Math.max(before + lostPrefix, bbr.targetInFlight() * BbrModel.BETA);
        }
        if (bbr.state() == Bbr.State.UP) {
            bbr.undoState().left(Bbr.State.UP);
            down(nowNanos);
        }
    }

    /** IsTimeToProbeBW. */
    private boolean isTimeToProbe(AckReport report) {
        double renoRounds = bbr.targetInFlight() / bbr.segment();
        if (report.nowNanos - cycleStart > wait || roundsSinceUp >= Math.min(renoRounds, MAX_ROUNDS)) {
            refill();
            return true;
        }
        return false;
    }

    private boolean isTimeToCruise(AckReport report) {
        return report.inFlightBytes <= withHeadroom() && report.inFlightBytes <= bbr.inFlight(model.maxRate());
    }

    private boolean isTimeToGoDown(AckReport report) {
        if (tooHigh && report.inFlightBytes >= longTerm) {
            precautionary = true;
            return true;
        }
        if (report.windowLimited && bbr.windowBytes() >= longTerm) {
            bbr.pipe().reset(report.deliveryRate); // it is the long-term bound that limits the rate
            return false;
        }
        return bbr.pipe().isNow();
    }

    /** InflightWithHeadroom. */
    double withHeadroom() {
        if (longTerm == BbrModel.INFINITE) {
            return BbrModel.INFINITE;
        }
        return Math.max(longTerm - Math.max(bbr.segment(), HEADROOM * longTerm), bbr.leastWindow());
    }

    /** RaiseInflightLongtermSlope. */
    private void raiseSlope() {
        long growth = 1L << growthRounds;
        growthRounds = Math.min(growthRounds + 1, 30);
        ackedPerIncrease = Math.max((double) bbr.windowBytes() / growth, bbr.segment());
    }

    /** ProbeInflightLongtermUpward. */
    private void raise(AckReport report) {
        if (!report.windowLimited || bbr.windowBytes() < longTerm) {
            return;
        }
        acked += report.deliveredBytes;
        if (acked >= ackedPerIncrease) {
            double steps = Math.floor(acked / ackedPerIncrease);
            acked -= steps * ackedPerIncrease;
            longTerm += steps * bbr.segment();
        }
        if (model.roundStart) {
            raiseSlope();
        }
    }
}

package io.sluice.netstack.engine.tcp;

/**
 * Whether {@link Bbr} has found the path's rate: draft-ietf-ccwg-bbr, "Exiting Acceleration Based on Bandwidth Plateau" and "Exiting Startup
 * Based on Packet Loss". Full is a path whose rate grew by less than a quarter in three rounds, or that lost more than 2 % in six places in a
 * round of recovery.
 */
final class BbrFullPipe {

    private static final double GROWTH = 1.25;
    private static final int ROUNDS = 3;
    /** BBRStartupFullLossCnt and BBR.LossThresh. */
    private static final int LOSSES = 6;

    private static final double LOSS_RATE = 0.02;

    private final boolean sack;
    private double baseline;
    private int rounds;
    private boolean now;
    private boolean reached;

    private boolean recoveringSinceRound;
    private int lossEvents;
    private long lostBytes;

    BbrFullPipe(boolean sack) {
        this.sack = sack;
    }

    /** BBR.full_bw_now. */
    boolean isNow() {
        return now;
    }

    /** BBR.full_bw_reached. */
    boolean isReached() {
        return reached;
    }

    void reached(boolean value) {
        reached = value;
    }

    /** ResetFullBW, with a rate to begin from. */
    void reset(double rate) {
        baseline = rate;
        rounds = 0;
        now = false;
    }

    /** CheckFullBWReached, at the start of a round. */
    void checkRate(AckReport report) {
        if (now || report.applicationLimited) {
            return;
        }
        if (report.deliveryRate >= baseline * GROWTH) {
            reset(report.deliveryRate);
            return;
        }
        now = ++rounds >= ROUNDS;
        reached |= now;
    }

    void lost(int octets) {
        lossEvents++;
        lostBytes += octets;
    }

    /** CheckStartupHighLoss, at the start of a round. */
    boolean isLossHigh(AckReport report, boolean recovering) {
        if (!recovering) {
            return false;
        }
        return sack
                ? recoveringSinceRound
                        && lossEvents >= LOSSES
                        && lostBytes > LOSS_RATE * (report.rateDelivered + lostBytes)
                : lostBytes > 0;
    }

    void roundStarted(boolean recovering) {
        recoveringSinceRound = recovering;
        lossEvents = 0;
        lostBytes = 0;
    }
}

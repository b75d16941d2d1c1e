package io.sluice.netstack.engine.tcp;

/** What {@link Bbr} restores if a recovery was needless: draft-ietf-ccwg-bbr, "Saving State Upon Loss Recovery". */
final class BbrUndo {

    private Bbr.State state;
    private double rate;
    private double shortTerm;
    private double longTerm;

    /** SaveStateUponLoss. */
    void save(BbrModel model, BbrProbe probe) {
        state = null;
        rate = model.shortTermRate;
        shortTerm = model.shortTermInFlight;
        longTerm = probe.longTerm;
    }

    /** A loss has ended this state. */
    void left(Bbr.State before) {
        state = before;
    }

    /** HandleSpuriousLossDetection, the models; returns the state that was left because of it, or null. */
    Bbr.State restore(BbrModel model, BbrProbe probe) {
        model.lossInRound = false;
        model.shortTermRate = Math.max(model.shortTermRate, rate);
        model.shortTermInFlight = Math.max(model.shortTermInFlight, shortTerm);
        probe.longTerm = Math.max(probe.longTerm, longTerm);
        Bbr.State before = state;
        state = null;
        return before;
    }
}

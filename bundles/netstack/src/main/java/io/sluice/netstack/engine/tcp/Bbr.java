package io.sluice.netstack.engine.tcp;

import java.util.random.RandomGenerator;

/**
 * BBR version 3: draft-ietf-ccwg-bbr, whose names stand in the comments.
 *
 * <p>Theory of operation. The rate at which the path delivers and its least round trip make a {@link BbrModel model}; packets are paced at the
 * rate, and about two products of both may be in flight. States, with the gains of rate and window:
 * <pre>
 *  state      gains       what for                                              > next
 *  STARTUP    2.77 2      double the rate each round                            > DRAIN when it grows no more, or too much is lost
 *  DRAIN      0.5  2      take back the queue that was built                    > DOWN when no more is in flight than the path holds
 *  DOWN       0.9  2      leave room for others                                 > CRUISE
 *  CRUISE     1    2      send what is delivered                                > REFILL every 2 to 3 s, or after as many rounds as Reno would need
 *  REFILL     1    2      fill the pipe before probing                          > UP after a round
 *  UP         1.25 2.25   probe for more                                        > DOWN when the rate grows no more, or more than 2 % is lost
 *  PROBE_RTT  1    0.5    see the least round trip again, every 5 s for 200 ms  > CRUISE, or STARTUP
 * </pre>
 * Losses bound rate and volume from what is delivered despite them, not by a fixed factor; {@link BbrProbe} keeps the long-term bound. A
 * congestion mark (RFC 3168) counts as a loss: the draft leaves ECN open.
 */
final class Bbr implements CongestionControl, DeliveryRate.LossObserver {

    enum State {
        STARTUP(2.77, 2),
        DRAIN(0.5, 2),
        DOWN(0.9, 2),
        CRUISE(1, 2),
        REFILL(1, 2),
        UP(1.25, 2.25),
        PROBE_RTT(1, 0.5);

        final double rateGain;
        final double windowGain;

        State(double rateGain, double windowGain) {
            this.rateGain = rateGain;
            this.windowGain = windowGain;
        }
    }

    /** BBR.PacingMarginPercent. */
    private static final double MARGIN = 0.99;

    private static final double MILLISECOND = 1e-3;
    private static final double SECOND = 1e9;
    private static final int DRAIN_ROUNDS = 3;
    private static final int MAX_WINDOW = 64 * 1024 * 1024;
    private static final int MAX_QUANTUM = 64 * 1024;

    private final boolean sack;
    private final BbrModel model;
    private final BbrProbe probe;
    private final BbrRoundTripProbe roundTripProbe;
    private final DeliveryRate deliveries = new DeliveryRate(this);

    private int segment;
    private int initialWindow;
    private double window;
    private double pacingRate;
    private State state = State.STARTUP;
    private int drainStart;

    private final BbrFullPipe pipe;
    private boolean recovering;

    private double priorWindow;

    private final BbrUndo undo = new BbrUndo();
    private long now;

    Bbr(int segmentBytes, boolean sack, RandomGenerator random, long nowNanos) {
        this.sack = sack;
        now = nowNanos;
        model = new BbrModel(nowNanos);
        pipe = new BbrFullPipe(sack);
        probe = new BbrProbe(this, model, random);
        roundTripProbe = new BbrRoundTripProbe(this, model);
        segmentSize(segmentBytes);
        window = initialWindow;
        // InitPacingRate: 1 ms until there is a round trip
        pacingRate = state.rateGain * initialWindow / MILLISECOND;
    }

    // ---- what the probe sees

    State state() {
        return state;
    }

    boolean isProbeBw() {
        return state == State.DOWN || state == State.CRUISE || state == State.REFILL || state == State.UP;
    }

    boolean hasSack() {
        return sack;
    }

    int segment() {
        return segment;
    }

    /** BBR.MinPipeCwnd. */
    int leastWindow() {
        return 4 * segment;
    }

    BbrFullPipe pipe() {
        return pipe;
    }

    void enter(State next) {
        state = next;
        if (next != State.CRUISE) {
            model.startRound(deliveries.deliveredBytes());
        }
    }

    BbrUndo undoState() {
        return undo;
    }

    /** TargetInflight. */
    double targetInFlight() {
        return Math.min(model.bdp(1, initialWindow), window);
    }

    /** Inflight(1.0) at a rate. */
    double inFlight(double rate) {
        return quantized(model.minRtt == BbrModel.NEVER ? initialWindow : rate * model.minRtt / SECOND);
    }

    /** QuantizationBudget. */
    private double quantized(double octets) {
        double quantum = Math.clamp(pacingRate * MILLISECOND, 2.0 * segment, MAX_QUANTUM);
        double most = Math.max(Math.max(octets, 3 * quantum), leastWindow());
        return state == State.UP ? most + 2 * segment : most;
    }

    // ---- per acknowledgement

    @Override
    public void acknowledged(AckReport report, long smoothedRttNanos, boolean reducing) {
        now = report.nowNanos;
        deliveries.generate(report, model.minRtt == BbrModel.NEVER ? 0 : model.minRtt);
        if (model.maxRate() == 0 && smoothedRttNanos > 0) {
            pacingRate = State.STARTUP.rateGain * initialWindow * SECOND / smoothedRttNanos;
        }
        // UpdateModelAndState
        long delivered = deliveries.deliveredBytes();
        model.takeSample(report, delivered);
        if (model.takeRate(report, delivered)) {
            probe.roundStarted();
        }
        model.takeCongestion(isProbing(), windowBytes());
        model.takeAggregation(report, windowBytes(), pipe.isReached());
        if (model.roundStart) {
            checkPipe(report, reducing);
        }
        checkDrainDone(report);
        if (pipe.isReached()) {
            probe.advance(report);
        }
        model.takeRoundTrip(report);
        roundTripProbe.check(report);
        model.advanceSignals(report);
        model.bound();
        // UpdateControlParameters
        setRate(state.rateGain);
        setWindow(report);
    }

    /** IsProbingBW. */
    private boolean isProbing() {
        return state == State.STARTUP || state == State.REFILL || state == State.UP;
    }

    /** CheckFullBWReached, CheckStartupDone. */
    private void checkPipe(AckReport report, boolean reducing) {
        pipe.checkRate(report);
        if (state == State.STARTUP && !pipe.isReached() && pipe.isLossHigh(report, reducing)) {
            undo.left(State.STARTUP);
            pipe.reached(true);
            probe.longTerm = Math.max(model.bdp(1, initialWindow), model.latestInFlight);
        }
        pipe.roundStarted(reducing);
        if (state == State.STARTUP && pipe.isReached()) {
            state = State.DRAIN;
            drainStart = model.roundCount;
        }
    }

    private void checkDrainDone(AckReport report) {
        if (state == State.DRAIN
                && (report.inFlightBytes <= inFlight(model.rate) || model.roundCount > drainStart + DRAIN_ROUNDS)) {
            probe.down(report.nowNanos);
        }
    }

    void beginRoundTripProbe() {
        saveWindow();
        enter(State.PROBE_RTT);
        probe.stopFeedback();
    }

    /** ExitProbeRTT. */
    void endRoundTripProbe(long nowNanos) {
        window = Math.max(window, priorWindow);
        model.resetShortTerm();
        if (pipe.isReached()) {
            probe.down(nowNanos);
            enter(State.CRUISE);
        } else {
            state = State.STARTUP;
        }
    }

    /** ProbeRTTCwnd. */
    double roundTripProbeWindow() {
        return Math.max(model.bdp(State.PROBE_RTT.windowGain, initialWindow), leastWindow());
    }

    // ---- control parameters

    private void setRate(double gain) {
        double rate = gain * model.rate * MARGIN;
        if (rate > 0 && (pipe.isReached() || rate > pacingRate)) {
            pacingRate = rate;
        }
    }

    private void setWindow(AckReport report) {
        double most = quantized(model.bdp(state.windowGain, initialWindow) + model.extraAcked());
        if (pipe.isReached()) {
            window = Math.min(window + report.deliveredBytes, most);
        } else if (window < most || deliveries.deliveredBytes() < initialWindow) {
            window += report.deliveredBytes;
        }
        window = Math.max(window, leastWindow());
        if (state == State.PROBE_RTT) {
            window = Math.min(window, roundTripProbeWindow());
        }
        // BoundCwndForModel
        double cap = BbrModel.INFINITE;
        if (state == State.CRUISE || state == State.PROBE_RTT) {
            cap = probe.withHeadroom();
        } else if (isProbeBw()) {
            cap = probe.longTerm;
        }
        cap = Math.max(Math.min(cap, model.shortTermInFlight), leastWindow());
        window = Math.min(Math.min(window, cap), MAX_WINDOW);
    }

    private void saveWindow() {
        boolean modulated = recovering || state == State.PROBE_RTT;
        priorWindow = modulated ? Math.max(priorWindow, window) : window;
    }

    // ---- events

    @Override
    public void lost(int octets, int inFlightWhenSent, long lostSince, boolean applicationLimited) {
        pipe.lost(octets);
        if (model.noteLoss(deliveries.deliveredBytes())) {
            saveForUndo();
        }
        probe.lost(octets, inFlightWhenSent, lostSince, applicationLimited, now);
    }

    private void saveForUndo() {
        saveWindow();
        undo.save(model, probe);
    }

    @Override
    public void lost(int inFlight, long nowNanos) {
        now = nowNanos;
        if (model.noteLoss(deliveries.deliveredBytes())) {
            saveForUndo();
        }
        recovering = true;
    }

    @Override
    public void timedOut(int inFlight, boolean firstOfEpisode, long nowNanos) {
        now = nowNanos;
        if (firstOfEpisode) {
            saveForUndo();
        }
        recovering = true;
        window = inFlight + segment;
    }

    @Override
    public void recovered(long nowNanos) {
        recovering = false;
        window = Math.max(window, priorWindow);
    }

    /** HandleSpuriousLossDetection. */
    @Override
    public void undo() {
        recovering = false;
        window = Math.max(window, priorWindow);
        pipe.reset(0);
        State left = undo.restore(model, probe);
        if (left == State.STARTUP && state != State.STARTUP) {
            pipe.reached(false);
            if (state != State.PROBE_RTT) {
                state = State.STARTUP;
            }
        } else if (left == State.UP && state != State.UP && state != State.PROBE_RTT) {
            probe.refill();
        }
    }

    /** HandleRestartFromIdle. */
    @Override
    public void resumed(long nowNanos) {
        if (!deliveries.isApplicationLimited()) {
            return;
        }
        roundTripProbe.restarted();
        model.restartAggregation(nowNanos);
        if (isProbeBw()) {
            setRate(1);
        } else if (state == State.PROBE_RTT) {
            roundTripProbe.checkDone(nowNanos);
        }
    }

    @Override
    public void applicationLimited(int inFlight) {
        if (inFlight < window) {
            deliveries.applicationLimited(inFlight);
        }
    }

    @Override
    public void restartAfterIdle() {
        // The model outlives idleness, and pacing keeps what follows from being a burst: "Restarting From Idle".
    }

    @Override
    public DeliveryRate deliveries() {
        return deliveries;
    }

    @Override
    public boolean reducesProportionally() {
        return false;
    }

    @Override
    public int windowBytes() {
        return (int) window;
    }

    @Override
    public int slowStartThresholdBytes() {
        return (int) window;
    }

    @Override
    public void window(int bytes) {
        window = Math.max(segment, bytes);
    }

    @Override
    public void segmentSize(int bytes) {
        segment = bytes;
        initialWindow = Cubic.initialWindow(bytes);
    }

    @Override
    public long pacingBytesPerSecond() {
        return (long) pacingRate;
    }
}

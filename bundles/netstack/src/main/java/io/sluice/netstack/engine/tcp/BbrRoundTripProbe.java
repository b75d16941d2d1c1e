package io.sluice.netstack.engine.tcp;

/**
 * Sees the least round trip again: draft-ietf-ccwg-bbr, "ProbeRTT Logic". In PROBE_RTT half of what the path holds is in flight, for a round and
 * 200 ms at least; a flow that was idle or slow lately has seen it anyhow.
 */
final class BbrRoundTripProbe {

    /** BBR.ProbeRTTDuration. */
    private static final long DURATION = 200_000_000L;

    private final Bbr bbr;
    private final BbrModel model;
    private boolean idleRestart;
    private long doneAt;
    private boolean roundDone;

    BbrRoundTripProbe(Bbr bbr, BbrModel model) {
        this.bbr = bbr;
        this.model = model;
    }

    /** CheckProbeRTT. */
    void check(AckReport report) {
        if (bbr.state() != Bbr.State.PROBE_RTT && model.probeRttExpired && !idleRestart) {
            bbr.beginRoundTripProbe();
            doneAt = 0;
        }
        if (bbr.state() == Bbr.State.PROBE_RTT) {
            handle(report);
        }
        if (report.rateDelivered > 0) {
            idleRestart = false;
        }
    }

    /** HandleProbeRTT. */
    private void handle(AckReport report) {
        bbr.deliveries().applicationLimited(report.inFlightBytes);
        if (doneAt == 0) {
            if (report.inFlightBytes <= bbr.roundTripProbeWindow()) {
                doneAt = report.nowNanos + DURATION;
                roundDone = false;
                model.startRound(bbr.deliveries().deliveredBytes());
            }
            return;
        }
        roundDone |= model.roundStart;
        if (roundDone) {
            checkDone(report.nowNanos);
        }
    }

    /** Something is sent again after idleness: BBR.idle_restart. */
    void restarted() {
        idleRestart = true;
    }

    /** CheckProbeRTTDone. */
    void checkDone(long nowNanos) {
        if (doneAt != 0 && nowNanos > doneAt) {
            model.probeRttMinAt = nowNanos;
            bbr.endRoundTripProbe(nowNanos);
        }
    }
}

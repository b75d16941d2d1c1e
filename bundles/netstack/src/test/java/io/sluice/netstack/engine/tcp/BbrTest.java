package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.api.netstack.CongestionAlgorithm;
import io.sluice.netstack.engine.Counter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** BBR on paths, after draft-ietf-ccwg-bbr, "BBR Example Test Cases". */
class BbrTest {

    private static final long ENDLESS = 1L << 40;
    private static final double LINK = 20e6 / 8;

    private SimulatedNetwork network;
    private SimulatedNetwork.Flow flow;

    private Bbr begin(SimulatedLink down) {
        network = new SimulatedNetwork(down, SimulatedLink.of(20, 20), CongestionAlgorithm.BBR, 11);
        flow = network.open(40_000, ENDLESS);
        return (Bbr) flow.sender.sender.congestion();
    }

    @AfterEach
    void end() {
        network.end();
    }

    @Test
    void startup_plateau_rateFoundAndQueueDrained() {
        Bbr bbr = begin(SimulatedLink.of(20, 20));
        network.run(1);
        assertThat(bbr.isProbeBw()).isTrue();
        assertThat((double) bbr.pacingBytesPerSecond()).isCloseTo(LINK, within(LINK * 0.3));
        network.run(3);
        // a smoothed round trip near the path's own 20 ms: no standing queue
        assertThat(flow.sender.sender.timeout().smoothedNanos()).isLessThan(30_000_000L);
    }

    @Test
    void roundTripProbe_everyFiveSeconds_lastsAboutAFifthOfASecond() {
        Bbr bbr = begin(SimulatedLink.of(20, 20));
        int probes = 0;
        int ticks = 0;
        boolean before = false;
        for (int tick = 0; tick < 2_100; tick++) {
            network.run(0.01);
            boolean probing = bbr.state() == Bbr.State.PROBE_RTT;
            probes += probing && !before ? 1 : 0;
            ticks += probing ? 1 : 0;
            before = probing;
        }
        assertThat(probes).as("in 21 s").isBetween(2, 4);
        assertThat((double) ticks / probes).as("hundredths of a second each").isBetween(18.0, 40.0);
    }

    @Test
    void rateGrowsTenfold_foundWithinSeconds() {
        begin(SimulatedLink.of(2, 20));
        network.run(5);
        network.server.out.become(SimulatedLink.of(20, 20));
        network.run(10);
        long before = flow.received;
        network.run(5);
        assertThat((flow.received - before) / 5.0).isGreaterThan(LINK * 0.8);
    }

    @Test
    void rateFallsTenfold_modelFollows() {
        Bbr bbr = begin(SimulatedLink.of(20, 20));
        network.run(5);
        network.server.out.become(SimulatedLink.of(2, 20));
        network.run(15);
        assertThat((double) bbr.pacingBytesPerSecond()).isLessThan(LINK / 10 * 1.4);
        long before = flow.received;
        network.run(10);
        assertThat((flow.received - before) / 10.0).isGreaterThan(LINK / 10 * 0.75);
    }

    @Test
    void applicationLimited_rateIsKept() {
        Bbr bbr = begin(SimulatedLink.of(20, 20));
        network.run(4);
        long rate = bbr.pacingBytesPerSecond();
        flow.lasting = true;
        flow.toSend = flow.sent; // the user writes no more
        network.run(1);
        flow.toSend = ENDLESS;
        flow.fill();
        network.run(0.1);
        assertThat((double) bbr.pacingBytesPerSecond()).isCloseTo(rate, within(rate * 0.4));
    }

    @Test
    void reordering_spuriousRecoveriesUndone_rateKept() {
        begin(SimulatedLink.of(20, 20).reordering(0.02));
        network.run(20);
        assertThat(flow.received / 20.0).isGreaterThan(LINK * 0.75);
        assertThat(network.server.counted(Counter.TCP_RETRANSMISSION_TIMEOUTS)).isZero();
    }

    @Test
    void onePercentLost_fourFifthsOfTheLink() {
        begin(SimulatedLink.of(20, 20).losing(0.01));
        network.run(20);
        assertThat(flow.received / 20.0).isGreaterThan(LINK * 0.7);
    }
}

package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.api.netstack.CongestionAlgorithm;
import io.sluice.api.netstack.TcpSettings;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Endpoint;
import io.sluice.netstack.engine.MappedAddress;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Loss, reordering, congestion: cases TC-45, 46, 48, 51. The client is 20 ms away. */
@ExtendWith(ConversationEnd.class)
@DisplayNameGeneration(CaseNames.class)
class TcpRecoveryTest {

    private static final int MSS = 1_460;

    /** Ten segments (1 … 14601) are out, 20 ms have passed, RTT is known to be 20 ms. */
    private static Conversation tenInFlight(boolean sack) {
        Conversation c = new Conversation();
        Seg syn = Seg.syn().scale(7);
        c.send(sack ? syn.sackPermitted(true) : syn);
        c.expect(Seg.synAck()).at(20).send(Seg.ack().seq(1).ack(1).window(4_000));
        c.writeBulk('x', 40 * MSS);
        for (int i = 0; i < 10; i++) {
            c.expect(Seg.ack().seq(1 + i * MSS).length(MSS));
        }
        return c.expectNothing().at(40);
    }

    private static int seq(int segment) {
        return 1 + segment * MSS;
    }

    private static Seg ack(int segment) {
        return Seg.ack().seq(1).ack(seq(segment)).window(4_000);
    }

    private static Seg sacked(int acknowledged, int from, int to) {
        return ack(acknowledged).sack(seq(from), seq(to));
    }

    @Test
    @Tag("TC-46")
    void threeSegmentsSacked_hole_fastRetransmit() {
        Conversation c = tenInFlight(true);
        c.send(sacked(0, 1, 2)).send(sacked(0, 1, 3));
        c.queue.packets.removeIf(
                p -> Seg.parse(p.octets(), false, Conversation.CLIENT_ISN, c.serverIsn).seq >= seq(10));
        c.expectNothing();
        c.send(sacked(0, 1, 4)).expect(Seg.ack().seq(1).length(MSS));
        c.expectCounted(Counter.TCP_FAST_RECOVERIES, 1).expectCounted(Counter.TCP_RETRANSMISSION_TIMEOUTS, 0);
    }

    @Test
    @Tag("TC-46")
    void hole_moreAcksInSameRoundTrip_retransmittedOnce() {
        Conversation c = tenInFlight(true);
        for (int i = 2; i <= 10; i++) {
            c.send(sacked(0, 1, i));
        }
        int repeats = 0;
        while (!c.queue.packets.isEmpty()) {
            repeats += c.take(Seg.ack()).seq == 1 ? 1 : 0;
        }
        assertThat(repeats).isEqualTo(1);
    }

    @Test
    @Tag("TC-46")
    void twoHoles_sacked_bothRetransmitted() {
        Conversation c = tenInFlight(true);
        c.send(ack(0).sack(seq(3), seq(10), seq(1), seq(2)));
        c.expect(Seg.ack().seq(seq(0)).length(MSS), Seg.ack().seq(seq(2)).length(MSS));
    }

    @Test
    void recovery_pipeFull_windowReducedByBeta() {
        Conversation c = tenInFlight(true);
        int before = c.connection.sender.congestion().windowBytes();
        c.send(sacked(0, 1, 10));
        c.at(60).send(ack(10));
        assertThat(c.connection.sender.recovery().isOpen()).isTrue();
        assertThat(c.connection.sender.congestion().windowBytes())
                .isGreaterThanOrEqualTo((int) (before * 0.69))
                .isLessThanOrEqualTo((int) (before * 0.7) + MSS);
    }

    @Test
    @Tag("TC-46")
    void withoutSack_threeDuplicateAcks_fastRetransmit() {
        Conversation c = tenInFlight(false);
        c.send(ack(0)).send(ack(0));
        while (!c.queue.packets.isEmpty()) {
            c.take(Seg.ack().length(MSS)); // limited transmit, RFC 3042
        }
        c.send(ack(0)).expect(Seg.ack().seq(1).length(MSS));
    }

    @Test
    void withoutSack_partialAck_nextHoleRetransmitted() {
        Conversation c = tenInFlight(false);
        c.send(ack(0)).send(ack(0)).send(ack(0));
        c.queue.packets.clear();
        c.at(60).send(ack(4));
        assertThat(c.take(Seg.ack().length(MSS)).seq).isEqualTo(seq(4));
    }

    @Test
    void overtakenAck_itsSackBlocksCount() {
        Conversation c = tenInFlight(true);
        c.send(ack(2));
        c.queue.packets.clear();
        // sent before the one above, and what it says of segments 3 … 5 is news
        c.send(sacked(1, 3, 6)).expect(Seg.ack().seq(seq(2)).length(MSS));
        c.expectCounted(Counter.TCP_FAST_RECOVERIES, 1);
    }

    @Test
    void firstSackOfTwo_limitedTransmit_oneNewSegmentEach() {
        Conversation c = tenInFlight(true);
        // RFC 3042 §2: "The congestion window (cwnd) MUST NOT be changed when these segments are sent."
        c.send(sacked(0, 1, 2)).expect(Seg.ack().seq(seq(10))).expectNothing();
        c.send(sacked(0, 1, 3)).expect(Seg.ack().seq(seq(11))).expectNothing();
    }

    @Test
    void withoutSack_duplicatesWereReordering_arrivalsCountOnce() {
        Conversation c = tenInFlight(false);
        c.send(ack(0)).send(ack(0));
        c.queue.packets.clear();
        // of the three octet runs acknowledged two made the duplicates: the window is eleven, nine are in flight
        c.send(ack(3)).expect(Seg.ack().seq(seq(12)), Seg.ack().seq(seq(13))).expectNothing();
    }

    @Test
    void slowStart_windowWasFilledOnce_growsForTheWholeFlight() {
        Conversation c =
                Conversation.established(new Conversation.Options(), Seg.syn().scale(7));
        c.writeBulk('x', 10 * MSS);
        for (int i = 2; i <= 10; i += 2) {
            c.send(ack(i));
        }
        c.queue.packets.clear();
        c.writeBulk('y', 40 * MSS);
        assertThat(c.queue.packets).hasSize(20);
    }

    @Test
    @Tag("TC-48")
    void lostRetransmission_laterSegmentDelivered_foundWithoutTimeout() {
        Conversation c = tenInFlight(true);
        c.send(sacked(0, 1, 4)).expect(Seg.ack().seq(1));
        c.at(60).send(sacked(0, 1, 10));
        c.queue.packets.clear();
        c.at(80);
        // what was sent at 60 ms, behind the retransmission of 40 ms, arrives
        c.send(sacked(0, 1, 12));
        c.at(110);
        boolean again = false;
        while (!c.queue.packets.isEmpty()) {
            again |= c.take(Seg.ack()).seq == 1;
        }
        assertThat(again).isTrue();
        c.expectCounted(Counter.TCP_RETRANSMISSION_TIMEOUTS, 0);
    }

    @Test
    @Tag("TC-48")
    void reordering_withinQuarterRoundTrip_noRetransmission() {
        Conversation c = tenInFlight(true);
        // reordering has been seen: segment 0 arrives after 1
        c.send(sacked(0, 1, 2)).send(ack(2));
        c.queue.packets.clear();
        for (int round = 0; round < 5; round++) {
            int first = 2 + round;
            c.at(41 + round * 8L);
            c.send(ack(first).sack(seq(first + 1), seq(first + 2)));
            c.at(44 + round * 8L).send(ack(first + 1));
        }
        c.expectCounted(Counter.TCP_RETRANSMITTED_SEGMENTS, 0);
    }

    @Test
    void tailLost_probeTimeout_lastSegmentAgain() {
        Conversation c = new Conversation();
        c.send(Seg.syn().scale(7).sackPermitted(true)).expect(Seg.synAck());
        c.at(20).send(Seg.ack().seq(1).ack(1).window(4_000));
        c.writeBulk('x', 3 * MSS)
                .expect(Seg.ack().seq(1), Seg.ack().seq(1 + MSS), Seg.ack().seq(1 + 2 * MSS));
        c.at(68).expectNothing().at(72).expect(Seg.ack().seq(1 + 2 * MSS).length(MSS));
        c.expectCounted(Counter.TCP_TAIL_LOSS_PROBES, 1);
        c.at(95).send(ack(0).sack(seq(2), seq(3)));
        c.at(110);
        c.expect(Seg.ack().seq(1).length(MSS));
        c.send(ack(1)).expect(Seg.ack().seq(1 + MSS).length(MSS));
        c.expectCounted(Counter.TCP_RETRANSMISSION_TIMEOUTS, 0);
    }

    @Test
    void timeout_everythingLost_oneSegmentThenSlowStart() {
        Conversation c = tenInFlight(false);
        c.at(300);
        c.expect(Seg.ack().seq(1).length(MSS)).expectNothing();
        c.send(ack(1));
        // F-RTO (RFC 5682 §2.1 step 2b) looks with two new segments whether the time-out was spurious: it was not
        c.expect(Seg.ack().seq(seq(10)).length(MSS), Seg.ack().seq(seq(11)).length(MSS))
                .expectNothing();
        c.send(ack(1)).expect(Seg.ack().seq(seq(1)).length(MSS));
        c.send(ack(1)).expect(Seg.ack().seq(seq(2)).length(MSS)).expectNothing();
        c.send(ack(3));
        // slow start: window four, one of the two new segments still in flight as far as duplicates tell
        assertThat(c.queue.packets).hasSize(3);
    }

    @Test
    void spuriousTimeout_withoutTimestamps_frtoUndoes() {
        Conversation c = tenInFlight(false);
        int window = c.connection.sender.congestion().windowBytes();
        c.at(300);
        c.expect(Seg.ack().seq(1).length(MSS)).expectNothing();
        // the originals were only late: their acknowledgements go on, octets sent once among them
        c.send(ack(1)).expect(Seg.ack().seq(seq(10)), Seg.ack().seq(seq(11)));
        c.send(ack(2));
        c.expectCounted(Counter.TCP_SPURIOUS_RECOVERIES_UNDONE, 1);
        assertThat(c.connection.sender.congestion().windowBytes()).isGreaterThanOrEqualTo(window);
        assertThat(c.take(Seg.ack()).seq).as("new data, nothing again").isGreaterThanOrEqualTo(seq(12));
    }

    @Test
    void spuriousTimeout_timestampEcho_undone() {
        Conversation c = new Conversation();
        c.send(Seg.syn().scale(7).sackPermitted(true).ts(500, 0));
        Seg synAck = c.take(Seg.synAck());
        c.at(20).send(Seg.ack().seq(1).ack(1).window(4_000).ts(501, synAck.tsValue));
        c.writeBulk('x', 40 * 1_448);
        Seg first = c.take(Seg.ack().seq(1));
        int window = c.connection.sender.congestion().windowBytes();
        c.queue.packets.clear();
        c.at(400);
        c.expectCounted(Counter.TCP_RETRANSMISSION_TIMEOUTS, 1);
        c.send(Seg.ack().seq(1).ack(1 + 10 * 1_448).window(4_000).ts(502, first.tsValue));
        c.expectCounted(Counter.TCP_SPURIOUS_RECOVERIES_UNDONE, 1);
        assertThat(c.connection.sender.congestion().windowBytes()).isGreaterThanOrEqualTo(window);
    }

    @Test
    void spuriousRecovery_dsack_undone() {
        Conversation c = tenInFlight(true);
        int window = c.connection.sender.congestion().windowBytes();
        c.send(sacked(0, 1, 4)).expect(Seg.ack().seq(1));
        // the original arrives, then the retransmission: DSACK
        c.send(ack(4));
        c.send(ack(4).sack(seq(0), seq(1)));
        c.expectCounted(Counter.TCP_SPURIOUS_RECOVERIES_UNDONE, 1);
        assertThat(c.connection.sender.congestion().windowBytes()).isGreaterThanOrEqualTo(window);
    }

    @Test
    void superPacket_partlySacked_onlyHoleRetransmitted() {
        Conversation.Options options = new Conversation.Options();
        options.offload = new OffloadCapabilities(true, true, true, true);
        Conversation c = new Conversation(options);
        c.send(Seg.syn().scale(7).sackPermitted(true)).expect(Seg.synAck());
        c.at(20).send(Seg.ack().seq(1).ack(1).window(4_000));
        c.writeBulk('x', 10 * MSS).expect(Seg.ack().seq(1).length(10 * MSS));
        c.at(40).send(ack(2).sack(seq(3), seq(10)));
        c.expect(Seg.ack().seq(seq(2)).length(MSS)).expectNothing();
    }

    private static void tooBig(Conversation c, int mtu, int sequence) {
        long client = MappedAddress.low(Conversation.CLIENT);
        long server = MappedAddress.low(Conversation.SERVER);
        int ports = Endpoint.ports(40_000, 80);
        c.tcp.icmpError(true, mtu, 0, client, 0, server, ports, c.serverIsn + sequence, c.engine.nowNanos());
    }

    @Test
    @Tag("TC-54")
    void packetTooBig_inFlight_smallerSegmentsSentAgain() {
        Conversation c = tenInFlight(true);
        tooBig(c, 1_400, 1);
        c.expect(Seg.ack().seq(1).length(1_360));
        c.expectCounted(Counter.TCP_PATH_MTU_REDUCED, 1);
    }

    @Test
    @Tag("TC-54")
    @Tag("TC-57")
    void packetTooBig_forged_ignored() {
        Conversation c = tenInFlight(true);
        tooBig(c, 1_400, 20_000); // not in flight
        tooBig(c, 9_000, 1); // not smaller
        tooBig(c, 0, 1); // port unreachable
        c.expectNothing().expectAlive().expectCounted(Counter.TCP_ICMP_ERRORS_IGNORED, 3);
        tooBig(c, 68, 1); // believed down to the floor only
        c.expect(Seg.ack().seq(1).length(512));
    }

    @ParameterizedTest
    @CsvSource({"116, 68, 76", "116, 400, 360", "1000, 68, 960", "1200, 1199, 1160"})
    @Tag("TC-54")
    void packetTooBig_floorConfigured_believedDownToIt(int floor, int mtu, int segment) {
        Conversation.Options options = new Conversation.Options();
        options.limits = options.limits.with(new TcpSettings(CongestionAlgorithm.CUBIC, false, floor));
        Conversation c = new Conversation(options);
        c.send(Seg.syn().scale(7)).expect(Seg.synAck());
        c.at(20).send(Seg.ack().seq(1).ack(1).window(4_000)).writeBulk('x', MSS);
        c.expect(Seg.ack().seq(1).length(MSS));
        tooBig(c, mtu, 1);
        c.expect(Seg.ack().seq(1).length(segment));
    }

    /** A whole window was acknowledged. */
    private static void grow(Cubic cubic, long rtt, long now) {
        AckReport report = new AckReport();
        report.begin(now, 0, 0);
        report.deliveredBytes = cubic.windowBytes();
        report.mayGrow = true;
        report.windowLimited = true;
        cubic.acknowledged(report, rtt, false);
    }

    @Test
    @Tag("TC-51")
    void cubic_afterLoss_followsTheCurve() {
        Cubic cubic = new Cubic(MSS);
        cubic.window(1_000 * MSS);
        cubic.lost(1_000 * MSS, 0);
        cubic.window(cubic.slowStartThresholdBytes());
        assertThat((double) cubic.windowBytes()).isCloseTo(700.0 * MSS, within(MSS * 1.0));
        double k = Math.cbrt(300 / 0.4);
        long rtt = 100_000_000L;
        long now = 0;
        for (int round = 0; round < 150; round++) {
            now += rtt;
            grow(cubic, rtt, now);
            double t = now / 1e9;
            double expected = 0.4 * Math.pow(t - k, 3) + 1_000;
            if (t > 0.5) {
                assertThat(cubic.windowBytes() / (double) MSS)
                        .as("t = %.1f s", t)
                        .isCloseTo(expected, within(expected * 0.1));
            }
        }
    }

    @Test
    @Tag("TC-51")
    void cubic_secondLossBelowMaximum_fastConvergence() {
        Cubic cubic = new Cubic(MSS);
        cubic.window(1_000 * MSS);
        cubic.lost(0, 0);
        cubic.window(800 * MSS);
        cubic.lost(0, 1);
        assertThat(cubic.slowStartThresholdBytes()).isEqualTo((int) (800 * MSS * 0.7));
        cubic.window(cubic.slowStartThresholdBytes());
        // W_max is now 800 · 0.85 = 680, so K = cbrt((680 − 560) / 0.4) and the curve is flat there
        long at = (long) (Math.cbrt(120 / 0.4) * 1e9);
        long rtt = 50_000_000L;
        for (long now = 1; now < at; now += rtt) {
            grow(cubic, rtt, now);
        }
        assertThat(cubic.windowBytes() / (double) MSS).isCloseTo(680, within(25.0));
    }

    @Test
    @Tag("TC-51")
    void cubic_shortRoundTrip_renoFriendly() {
        Cubic cubic = new Cubic(MSS);
        cubic.window(20 * MSS);
        cubic.lost(0, 0);
        cubic.window(cubic.slowStartThresholdBytes());
        long rtt = 1_000_000L;
        for (int round = 1; round <= 100; round++) {
            grow(cubic, rtt, round * rtt);
        }
        // 0.1 s on the cubic curve moves nearly nothing; Reno-friendly growth is 0.53, later 1 segment a round trip
        assertThat(cubic.windowBytes() / MSS).isBetween(60, 110);
    }
}

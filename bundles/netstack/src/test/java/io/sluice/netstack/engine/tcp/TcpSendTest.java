package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.Segmentation;
import io.sluice.netstack.engine.CapturedQueue;
import io.sluice.netstack.engine.Counter;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Windows and timers of the sender: cases TC-25, 26, 28, 29, 31, 32, 50. */
@ExtendWith(ConversationEnd.class)
@DisplayNameGeneration(CaseNames.class)
class TcpSendTest {

    private static Conversation wide() {
        return Conversation.established(
                new Conversation.Options(), Seg.syn().sackPermitted(true).scale(7));
    }

    @Test
    @Tag("TC-50")
    void established_bulk_initialWindowOfTenSegments() {
        Conversation c = wide();
        c.writeBulk('x', 100_000);
        for (int i = 0; i < 10; i++) {
            c.expect(Seg.ack().seq(1 + i * 1_460).length(1_460));
        }
        c.expectNothing();
    }

    /** RFC 6928 §2: "min (10*MSS, max (2*MSS, 14600))". */
    @Test
    @Tag("TC-50")
    void initialWindow_smallAndGreatSegments_asTheFormulaSays() {
        assertThat(Cubic.initialWindow(536)).isEqualTo(5_360);
        assertThat(Cubic.initialWindow(1_460)).isEqualTo(14_600);
        assertThat(Cubic.initialWindow(2_000)).isEqualTo(14_600);
        assertThat(Cubic.initialWindow(8_948)).isEqualTo(17_896);
    }

    @Test
    void established_bulkWithOffload_oneSuperPacket() {
        Conversation.Options options = new Conversation.Options();
        options.offload = new OffloadCapabilities(true, true, true, true);
        Conversation c = Conversation.established(options, Seg.syn().scale(7));
        c.writeBulk('x', 100_000);
        assertThat(c.queue.packets).hasSize(1);
        CapturedQueue.Packet packet = c.queue.packets.peek();
        assertThat(packet.segmentation()).isEqualTo(Segmentation.TCP);
        assertThat(packet.segmentSize()).isEqualTo(1_460);
        assertThat(packet.partialChecksum()).isTrue();
        c.expect(Seg.ack().seq(1).length(14_600));
    }

    @Test
    void established_tinyWrites_oneSegmentPerPush() {
        Conversation c = wide();
        for (int i = 0; i < 5; i++) {
            c.connection.write(Unpooled.directBuffer().writeBytes("ab".getBytes()));
        }
        c.connection.push();
        c.expect(Seg.data("ababababab")).expectNothing();
    }

    @Test
    @Tag("TC-25")
    void nagle_smallWriteInFlight_waits() {
        Conversation c = wide();
        c.connection.nagle(true);
        c.write("a").expect(Seg.data("a"));
        c.write("b").expectNothing();
        c.send(Seg.ack().seq(1).ack(2)).expect(Seg.data("b"));
    }

    @Test
    @Tag("TC-25")
    void nagleOff_smallWriteInFlight_sent() {
        Conversation c = wide();
        c.write("a").write("b").expect(Seg.data("a"), Seg.data("b"));
    }

    @Test
    @Tag("TC-25")
    void sillyWindow_fewOctetsOpen_waits() {
        Conversation c = Conversation.established();
        c.writeBulk('x', 14_600);
        c.queue.packets.clear();
        c.writeBulk('y', 5_000);
        c.send(Seg.ack().seq(1).ack(14_601).window(300)).expectNothing();
        c.send(Seg.ack().seq(1).ack(14_601).window(3_000))
                .expect(Seg.ack().length(1_460), Seg.ack().length(1_460));
        c.expectNothing();
    }

    @Test
    @Tag("TC-26")
    void zeroWindow_probedWithBackOffForTenMinutes() {
        Conversation c = Conversation.established();
        c.send(Seg.ack().seq(1).ack(1).window(0));
        c.writeBulk('x', 1_000).expectNothing();
        int probes = 0;
        long last = 0;
        long gap = 0;
        for (long second = 1; second <= 600; second++) {
            c.at(second * 1_000);
            while (!c.queue.packets.isEmpty()) {
                c.take(Seg.ack().seq(0).length(0));
                probes++;
                if (probes > 2 && probes < 7) {
                    assertThat(c.nowMillis() - last).isGreaterThanOrEqualTo(gap);
                }
                gap = c.nowMillis() - last;
                last = c.nowMillis();
                c.send(Seg.ack().seq(1).ack(1).window(0));
            }
        }
        assertThat(probes).isBetween(12, 25);
        c.expectAlive();
        c.send(Seg.ack().seq(1).ack(1).window(5_000)).expect(Seg.ack().seq(1).length(1_000));
    }

    /** RFC 9293 §3.8.6.1: the first "when a zero window has existed for the retransmission timeout period", then exponentially. */
    @Test
    @Tag("TC-26")
    void zeroWindow_firstProbeAfterOneRto_thenTwiceAsLongEachTime() {
        Conversation c = Conversation.established();
        c.send(Seg.ack().seq(1).ack(1).window(0));
        c.writeBulk('x', 1_000).expectNothing();
        long expected = TcpLimits.LEAST_RTO_MARGIN / 1_000_000; // the round trip took no time
        long last = 0;
        for (int probe = 0; probe < 12; probe++) {
            last += expected;
            c.at(last - 2).expectNothing();
            c.at(last + 2 + probe).expect(Seg.ack().seq(0).length(0)).expectNothing(); // a timer is late by its tick
            c.send(Seg.ack().seq(1).ack(1).window(0));
            expected = Math.min(2 * expected, 60_000);
        }
        assertThat(expected).isEqualTo(60_000);
        c.expectCounted(Counter.TCP_ZERO_WINDOW_PROBES, 12).expectAlive();
    }

    @Test
    @Tag("TC-26")
    void zeroWindow_probesUnanswered_givenUp() {
        Conversation c = Conversation.established();
        c.send(Seg.ack().seq(1).ack(1).window(0)).writeBulk('x', 1_000);
        c.at(100_000).expectAlive();
        c.at(300_000).expectEnded(CloseReason.CLIENT_ABORTED);
    }

    @Test
    @Tag("TC-28")
    void shrunkWindow_octetsBeyond_sentAgainWhenItReopens() {
        Conversation c = Conversation.established();
        c.writeBulk('x', 14_600);
        c.queue.packets.clear();
        c.send(Seg.ack().seq(1).ack(1_461).window(1_460));
        c.at(5_000);
        c.expectAlive();
        c.queue.packets.clear();
        c.send(Seg.ack().seq(1).ack(2_921).window(20_000));
        c.at(20_000);
        int repeated = 0;
        while (!c.queue.packets.isEmpty()) {
            repeated += c.take(Seg.ack()).length;
        }
        assertThat(repeated).isPositive();
        c.send(Seg.ack().seq(1).ack(14_601).window(20_000)).expectAlive();
    }

    @Test
    @Tag("TC-29")
    void unacknowledged_data_rtoDoublesFromAtLeast200Milliseconds() {
        Conversation c = Conversation.established();
        c.write("x").expect(Seg.data("x"));
        long[] gaps = new long[8];
        long last = 0;
        for (int i = 0; i < gaps.length; ) {
            c.at(c.nowMillis() + 5);
            if (!c.queue.packets.isEmpty()) {
                c.expect(Seg.data("x").seq(1));
                gaps[i++] = c.nowMillis() - last;
                last = c.nowMillis();
            }
        }
        assertThat(gaps[0]).isBetween(200L, 215L);
        for (int i = 1; i < gaps.length; i++) {
            assertThat((double) gaps[i] / gaps[i - 1]).isBetween(1.85, 2.15);
        }
    }

    @Test
    @Tag("TC-29")
    void retransmissionTimeout_oneSecondFirst_doublesToSixtySeconds() {
        RetransmissionTimeout timeout = new RetransmissionTimeout();
        assertThat(timeout.nanos()).isEqualTo(1_000_000_000L);
        for (int i = 0; i < 12; i++) {
            timeout.expired();
        }
        assertThat(timeout.nanos()).isEqualTo(60_000_000_000L);
        timeout.measured(50_000_000);
        assertThat(timeout.nanos()).isEqualTo(250_000_000L);
    }

    @Test
    @Tag("TC-31")
    void unacknowledged_data_givenUpAfterR2() {
        Conversation c = Conversation.established();
        c.write("x").at(100_000).expectAlive();
        c.at(125_000).expectEnded(CloseReason.CLIENT_ABORTED);
        c.expectCounted(Counter.TCP_CONNECTIONS_TIMED_OUT, 1);
    }

    @Test
    @Tag("TC-31")
    void userTimeout_data_givenUpInTime() {
        Conversation c = Conversation.established();
        c.connection.userTimeout(10_000_000_000L);
        c.write("x").at(9_000).expectAlive();
        c.at(11_000).expectEnded(CloseReason.CLIENT_ABORTED);
    }

    @Test
    @Tag("TC-29")
    void synLost_established_rtoThreeSeconds() {
        Conversation c = new Conversation();
        c.send(Seg.syn()).expect(Seg.synAck()).at(1_100).expect(Seg.synAck());
        c.send(Seg.ack().seq(1).ack(1));
        c.write("x").expect(Seg.data("x"));
        c.at(1_100 + 2_900).expectNothing().at(1_100 + 3_100).expect(Seg.data("x"));
    }

    @Test
    @Tag("TC-50")
    void idleLongerThanRto_bulk_restartWindow() {
        Conversation c = wide();
        int acknowledged = 1;
        c.writeBulk('x', 200_000);
        for (int round = 0; round < 6; round++) {
            while (!c.queue.packets.isEmpty()) {
                acknowledged += c.take(Seg.ack()).length;
            }
            c.send(Seg.ack().seq(1).ack(acknowledged));
        }
        assertThat(acknowledged).isEqualTo(200_001);
        c.at(10_000).writeBulk('x', 100_000);
        int burst = 0;
        while (!c.queue.packets.isEmpty()) {
            burst += c.take(Seg.ack()).length;
        }
        assertThat(burst).isEqualTo(14_600);
    }

    @Test
    @Tag("TC-32")
    void keepAlive_offByDefault() {
        Conversation c = Conversation.established();
        c.at(24L * 3_600 * 1_000).expectNothing().expectAlive();
    }

    @Test
    @Tag("TC-32")
    void keepAlive_on_probesAfterTwoHours() {
        Conversation c = Conversation.established();
        c.connection.keepAlive(true);
        c.at(7_199_000).expectNothing();
        c.at(7_201_000).expect(Seg.ack().seq(0).length(0));
        c.send(Seg.ack().seq(1).ack(1)).at(7_300_000).expectNothing().expectAlive();
        c.at(7_201_000 + 7_200_000 + 10 * 75_000 + 1_000).expectEnded(CloseReason.CLIENT_ABORTED);
    }

    @Test
    void deviceFull_data_sentWhenWritable() {
        Conversation c = wide();
        c.queue.full = true;
        c.write("x").expectNothing();
        c.queue.full = false;
        c.engine.writable(c.engine.nowNanos());
        c.expect(Seg.data("x").seq(1));
    }
}

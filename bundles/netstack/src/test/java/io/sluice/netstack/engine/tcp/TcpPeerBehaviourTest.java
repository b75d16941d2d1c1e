package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.wire.TcpHeader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Peers that are slow, late or odd: what gVisor's packetimpact tries, and what it leaves out. */
@ExtendWith(ConversationEnd.class)
class TcpPeerBehaviourTest {

    private static final int MSS = 1_460;

    /** Both sides have sent FIN, ours is not acknowledged. */
    private static Conversation closing() {
        Conversation c = Conversation.established();
        c.connection.shutdownOutput();
        c.expect(Seg.fin().seq(1));
        return c.send(Seg.fin().seq(1).ack(1)).expect(Seg.ack().seq(2).ack(2)).expectState(TcpState.CLOSING);
    }

    @Test
    @Tag("TC-18")
    void closing_segmentBeyondWindow_acknowledged() {
        Conversation c = closing();
        c.send(Seg.data("x").seq(2 + 0x10_0000).ack(1)).expect(Seg.ack().seq(2).ack(2));
        c.expectState(TcpState.CLOSING);
    }

    @Test
    @Tag("TC-18")
    void closing_acknowledgmentOfUnsentData_acknowledged() {
        Conversation c = closing();
        c.send(Seg.ack().seq(2).ack(1_000)).expect(Seg.ack().seq(2).ack(2));
        c.expectState(TcpState.CLOSING);
    }

    @Test
    void closing_rstAtNext_gone() {
        closing().send(Seg.rst().seq(2)).expectNothing().expectEnded(CloseReason.CLIENT_ABORTED);
    }

    @Test
    @Tag("TC-18")
    void closeWait_segmentBeyondWindow_acknowledged() {
        Conversation c = Conversation.established();
        c.send(Seg.fin().seq(1).ack(1)).at(100).expect(Seg.ack().ack(2)).expectState(TcpState.CLOSE_WAIT);
        c.send(Seg.data("x").seq(2 + 0x10_0000).ack(1)).expect(Seg.ack().seq(1).ack(2));
    }

    @Test
    @Tag("TC-18")
    void closeWait_acknowledgmentOfUnsentData_acknowledged() {
        Conversation c = Conversation.established();
        c.send(Seg.fin().seq(1).ack(1)).at(100).expect(Seg.ack().ack(2)).expectState(TcpState.CLOSE_WAIT);
        c.send(Seg.ack().seq(2).ack(500)).expect(Seg.ack().seq(1).ack(2)).expectState(TcpState.CLOSE_WAIT);
    }

    @Test
    @Tag("TC-41")
    void paws_oldTimestamp_acknowledgedAndDropped() {
        Conversation c = Conversation.establishedWithTimestamps();
        c.send(Seg.data("new").seq(1).ack(1).ts(2_000, 0))
                .at(100)
                .expect(Seg.ack().ack(4));
        Seg answer = sendOld(c, Seg.data("old").seq(4).ack(1).ts(1_999, 0));
        assertThat(answer.tsEcho).isEqualTo(2_000);
        c.at(700).expectReceived("new");
        c.send(Seg.data("next").seq(4).ack(1).ts(2_000, 0))
                .at(800)
                .expect(Seg.ack().ack(8));
        c.expectReceived("newnext");
    }

    private static Seg sendOld(Conversation c, Seg old) {
        c.at(600).send(old);
        return c.take(Seg.ack().seq(1).ack(4).length(0));
    }

    @Test
    @Tag("TC-41")
    void paws_oldTimestampOnRst_resets() {
        Conversation c = Conversation.establishedWithTimestamps();
        c.send(Seg.rst().seq(1).ts(1, 0)).expectNothing().expectEnded(CloseReason.CLIENT_ABORTED);
    }

    @Test
    @Tag("TC-28")
    void zeroWindowWithDataInFlight_peerKeepsAnswering_staysOpen() {
        Conversation c = Conversation.established();
        c.writeBulk('x', 5 * MSS);
        c.queue.packets.clear();
        // the window is taken back before the octets arrive: they are dropped, and each repetition is answered
        c.send(Seg.ack().seq(1).ack(1).window(0));
        for (int second = 1; second <= 600; second++) {
            c.at(second * 1_000L);
            if (!c.queue.packets.isEmpty()) {
                c.queue.packets.clear();
                c.send(Seg.ack().seq(1).ack(1).window(0));
            }
        }
        c.expectAlive().expectCounted(Counter.TCP_MTU_BLACK_HOLES, 0);
        c.send(Seg.ack().seq(1).ack(1).window(20_000)).at(700_000);
        assertThat(c.queue.packets).isNotEmpty();
    }

    @Test
    @Tag("TC-31")
    void userTimeout_zeroWindowProbesAnswered_endsAllTheSame() {
        Conversation c = Conversation.established();
        c.connection.userTimeout(5_000_000_000L);
        c.send(Seg.ack().seq(1).ack(1).window(0)).write("x");
        for (int tenth = 1; tenth <= 48; tenth++) {
            c.at(tenth * 100L);
            if (!c.queue.packets.isEmpty()) {
                c.queue.packets.clear();
                c.send(Seg.ack().seq(1).ack(1).window(0));
            }
        }
        c.expectAlive();
        c.at(5_100).expectEnded(CloseReason.CLIENT_ABORTED);
    }

    @Test
    @Tag("TC-25")
    void smallWindowForGood_overrideTimeout_whatFitsIsSent() {
        Conversation c = Conversation.established();
        c.writeBulk('x', 2_000);
        c.queue.packets.clear();
        c.send(Seg.ack().seq(1).ack(2_001).window(100));
        c.writeBulk('y', 250).expectNothing();
        c.at(250).expect(Seg.ack().seq(2_001).length(100));
        c.send(Seg.ack().seq(1).ack(2_101).window(100)).expectNothing();
        c.at(500).expect(Seg.ack().seq(2_101).length(100));
        c.send(Seg.ack().seq(1).ack(2_201).window(100))
                .expect(Seg.ack().seq(2_201).length(50));
        c.expectCounted(Counter.TCP_ZERO_WINDOW_PROBES, 0);
    }

    @Test
    void finBeyondWindow_notTakenBeforeItsData() {
        Conversation c = Conversation.established();
        c.reading = false;
        int sent = 0;
        for (int room = c.connection.receiver.window(); room > 0; room = c.connection.receiver.window()) {
            int octets = Math.min(0x1000, room);
            c.sendSuper(Seg.bulk('x', octets).seq(1 + sent).ack(1), MSS);
            sent += octets;
        }
        c.queue.packets.clear();
        // the window is full; this octet and the FIN behind it have no place
        Seg last = Seg.data("z").seq(1 + sent).ack(1);
        last.flags |= TcpHeader.FIN;
        c.send(last).read();
        assertThat(c.sawEnd).isFalse();
        c.send(last);
        assertThat(c.sawEnd).isTrue();
        assertThat(c.received).hasSize(sent + 1).endsWith("z");
    }

    @Test
    @Tag("TC-37")
    void finRepeated_afterItWasTaken_acknowledgedEachTime() {
        Conversation c = Conversation.established();
        c.send(Seg.fin().seq(1).ack(1)).at(100).expect(Seg.ack().ack(2));
        for (int i = 0; i < 5; i++) {
            c.send(Seg.fin().seq(1).ack(1)).expect(Seg.ack().seq(1).ack(2));
        }
        c.expectState(TcpState.CLOSE_WAIT);
    }

    @Test
    @Tag("TC-48")
    void rack_probeLost_timeoutRepairs() {
        Conversation c = Conversation.establishedWithSack();
        c.write("a")
                .expect(Seg.ack().length(1))
                .at(20)
                .send(Seg.ack().seq(1).ack(2).window(4_000));
        c.writeBulk('x', 3 * MSS);
        c.queue.packets.clear();
        c.at(200);
        c.expect(Seg.ack().seq(2 + 2 * MSS).length(MSS)).expectCounted(Counter.TCP_TAIL_LOSS_PROBES, 1);
        c.at(600).expect(Seg.ack().seq(2).length(MSS)).expectCounted(Counter.TCP_RETRANSMISSION_TIMEOUTS, 1);
    }

    @Test
    @Tag("TC-48")
    void rack_invalidDsack_beyondWhatWasSent_ignored() {
        Conversation c = Conversation.establishedWithSack();
        c.writeBulk('x', 5 * MSS);
        c.queue.packets.clear();
        c.send(Seg.ack().seq(1).ack(1).window(4_000).sack(1 + 50 * MSS, 1 + 51 * MSS));
        c.send(Seg.ack().seq(1).ack(1).window(4_000).sack(-100_000, -90_000));
        c.expectNothing().expectCounted(Counter.TCP_FAST_RECOVERIES, 0);
    }

    @Test
    @Tag("TC-48")
    void rack_windowFull_probeRepeatsTheLast() {
        Conversation c =
                Conversation.established(new Conversation.Options(), Seg.syn().sackPermitted(true));
        c.write("a").at(20).send(Seg.ack().seq(1).ack(2).window(2 * MSS));
        c.queue.packets.clear();
        c.writeBulk('x', 10 * MSS)
                .expect(Seg.ack().seq(2), Seg.ack().seq(2 + MSS))
                .expectNothing();
        c.at(300).expect(Seg.ack().seq(2 + MSS).length(MSS)).expectCounted(Counter.TCP_TAIL_LOSS_PROBES, 1);
    }
}

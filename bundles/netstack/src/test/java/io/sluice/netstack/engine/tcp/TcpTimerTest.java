package io.sluice.netstack.engine.tcp;

import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** When the sender's time-outs come: RFC 6298, RFC 8985 §7.2, RFC 9293 §3.8.3. */
@ExtendWith(ConversationEnd.class)
class TcpTimerTest {

    /** Some exchanges with a peer exactly 100 ms away: the round-trip time has next to no variation. Returns where the clock stands. */
    private static Conversation steadyRoundTrips(Seg syn, int rounds) {
        Conversation c = new Conversation();
        c.send(syn).expect(Seg.synAck());
        c.at(100).send(Seg.ack().seq(1).ack(1).window(4_000));
        for (int i = 0; i < rounds; i++) {
            c.write("x").expect(Seg.ack().seq(1 + i).length(1));
            c.at(200 + 100 * i).send(Seg.ack().seq(1).ack(2 + i).window(4_000));
        }
        return c.expectNothing();
    }

    @Test
    @Tag("TC-29")
    void steadyRoundTrip_ackDelayedBy200Milliseconds_noTimeout() {
        Conversation c = steadyRoundTrips(Seg.syn(), 20);
        c.write("y").expect(Seg.ack().seq(21).length(1));
        c.at(2_100 + 295).expectNothing();
        c.at(2_100 + 310).expect(Seg.ack().seq(21).length(1)).expectCounted(Counter.TCP_RETRANSMISSION_TIMEOUTS, 1);
    }

    @Test
    @Tag("TC-48")
    void oneSegmentLost_probeComesInPlaceOfTheTimeout() {
        Conversation c = steadyRoundTrips(Seg.syn().sackPermitted(true), 20);
        c.write("y").expect(Seg.ack().seq(21).length(1));
        c.at(2_100 + 310).expect(Seg.ack().seq(21).length(1));
        c.expectCounted(Counter.TCP_TAIL_LOSS_PROBES, 1).expectCounted(Counter.TCP_RETRANSMISSION_TIMEOUTS, 0);
        c.at(2_100 + 620).expect(Seg.ack().seq(21).length(1)).expectCounted(Counter.TCP_RETRANSMISSION_TIMEOUTS, 1);
    }

    @Test
    @Tag("TC-31")
    void userTimeout_windowClosed_endsWhenItIsOver() {
        Conversation c = Conversation.established();
        c.connection.userTimeout(3_000_000_000L);
        c.send(Seg.ack().seq(1).ack(1).window(0)).write("x");
        c.at(2_900).expectAlive();
        c.at(3_100).expectEnded(CloseReason.CLIENT_ABORTED);
    }

    @Test
    @Tag("TC-31")
    void userTimeout_deviceTakesNothing_endsWhenItIsOver() {
        Conversation c = Conversation.established();
        c.connection.userTimeout(3_000_000_000L);
        c.queue.full = true;
        c.write("x").at(2_900).expectAlive();
        c.at(3_100).expectEnded(CloseReason.CLIENT_ABORTED);
    }

    @Test
    @Tag("TC-31")
    void userTimeout_closeAfterSilence_countsFromTheClose() {
        Conversation c = Conversation.established();
        c.connection.userTimeout(3_000_000_000L);
        c.at(10_000);
        c.connection.close();
        c.at(12_900).expectState(TcpState.FIN_WAIT_1);
        c.at(13_100).expectState(TcpState.CLOSED);
    }
}

package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Ends of connections: cases TC-18, 34, 36, 37, 39. */
@ExtendWith(ConversationEnd.class)
@DisplayNameGeneration(CaseNames.class)
class TcpCloseTest {

    @Test
    @Tag("TC-34")
    void established_fin_halfClosedAndStillSends() {
        Conversation c =
                Conversation.established(new Conversation.Options(), Seg.syn().scale(7));
        c.send(Seg.fin().seq(1).ack(1))
                .expectNothing()
                .at(100)
                .expect(Seg.ack().seq(1).ack(2));
        c.expectState(TcpState.CLOSE_WAIT);
        assertThat(c.sawEnd).isTrue();
        int acknowledged = 1;
        int written = 0;
        while (acknowledged < 1 + (1 << 20)) {
            if (written < 1 << 20 && c.connection.space() >= 65_536) {
                c.writeBulk('x', 65_536);
                written += 65_536;
            }
            while (!c.queue.packets.isEmpty()) {
                acknowledged += c.take(Seg.ack().seq(acknowledged)).length;
            }
            c.send(Seg.ack().seq(2).ack(acknowledged));
        }
        c.connection.shutdownOutput();
        c.expect(Seg.fin().seq(1 + (1 << 20)).ack(2));
        c.send(Seg.ack().seq(2).ack(2 + (1 << 20))).expectEnded(CloseReason.FINISHED);
        assertThat(c.tcp.connections()).isZero();
    }

    /** Whoever relays a close answers it at once, and that FIN acknowledges the other. */
    @Test
    void closeWait_close_oneSegmentForBoth() {
        Conversation c = Conversation.established();
        c.send(Seg.fin().seq(1).ack(1));
        c.connection.shutdownOutput();
        c.expect(Seg.fin().seq(1).ack(2)).at(200).expectNothing();
    }

    @Test
    void established_close_finWait1ThenFinWait2ThenTimeWait() {
        Conversation c = Conversation.established();
        c.connection.shutdownOutput();
        c.expect(Seg.fin().seq(1).ack(1)).expectState(TcpState.FIN_WAIT_1);
        c.send(Seg.ack().seq(1).ack(2)).expectState(TcpState.FIN_WAIT_2);
        c.send(Seg.data("tail").seq(1).ack(2)).expectReceived("tail");
        c.send(Seg.fin().seq(5).ack(2)).expect(Seg.ack().seq(2).ack(6));
        c.expectEnded(CloseReason.FINISHED);
        assertThat(c.tcp.connections()).as("TIME-WAIT").isEqualTo(1);
        c.at(61_000);
        assertThat(c.tcp.connections()).isZero();
    }

    @Test
    void established_writeThenClose_finTravelsWithData() {
        Conversation c = Conversation.established();
        c.connection.write(Unpooled.directBuffer().writeBytes("bye".getBytes()));
        c.connection.shutdownOutput();
        c.expect(Seg.fin().seq(1).ack(1).length(3)).expectNothing();
    }

    @Test
    @Tag("TC-36")
    void finWait1_fin_simultaneousClose() {
        Conversation c = Conversation.established();
        c.connection.shutdownOutput();
        c.expect(Seg.fin().seq(1));
        c.send(Seg.fin().seq(1).ack(1)).expect(Seg.ack().seq(2).ack(2));
        c.expectState(TcpState.CLOSING);
        c.send(Seg.ack().seq(2).ack(2));
        c.expectEnded(CloseReason.FINISHED);
        assertThat(c.tcp.connections()).as("TIME-WAIT").isEqualTo(1);
    }

    private static Conversation timeWait() {
        Conversation c = Conversation.established();
        c.connection.shutdownOutput();
        c.send(Seg.fin().seq(1).ack(2));
        c.queue.packets.clear();
        c.expectEnded(CloseReason.FINISHED);
        return c;
    }

    @Test
    @Tag("TC-37")
    void timeWait_finAgain_acknowledgedAndRestarted() {
        Conversation c = timeWait();
        c.at(50_000).send(Seg.fin().seq(1).ack(2)).expect(Seg.ack().seq(2).ack(2));
        c.at(100_000);
        assertThat(c.tcp.connections()).isEqualTo(1);
        c.at(111_000);
        assertThat(c.tcp.connections()).isZero();
    }

    @Test
    @Tag("TC-37")
    void timeWait_rst_ignored() {
        Conversation c = timeWait();
        c.send(Seg.rst().seq(2)).expectNothing();
        c.expectCounted(Counter.TCP_RESETS_IGNORED_IN_TIME_WAIT, 1);
        assertThat(c.tcp.connections()).isEqualTo(1);
    }

    @Test
    void timeWait_newSyn_newConnection() {
        Conversation c = timeWait();
        c.serverIsn = 0;
        c.send(Seg.syn().seq(100_000)).expect(Seg.synAck().ack(100_001));
        assertThat(c.offers).hasSize(2);
    }

    /** RFC 9293 §3.10.7.4 (MAY-2): our ISN lies beyond everything the previous connection sent, however fast it was. */
    @Test
    void timeWait_newSyn_isnBeyondThePreviousConnection() {
        Conversation c = Conversation.established();
        int previous = c.serverIsn;
        for (int sent = 0; sent < 40_000_000; sent += 10_000) {
            c.writeBulk('x', 10_000);
            c.queue.packets.clear();
            c.send(Seg.ack().seq(1).ack(1 + sent + 10_000));
        }
        c.connection.close();
        c.queue.packets.clear();
        c.send(Seg.fin().seq(1).ack(40_000_002)).expect(Seg.ack().ack(2));
        c.serverIsn = 0;
        c.send(Seg.syn().seq(100_000)).expect(Seg.synAck().ack(100_001));
        assertThat(c.serverIsn - (previous + 40_000_002)).isGreaterThan(65_535);
    }

    @Test
    void timeWait_oldSyn_acknowledged() {
        Conversation c = timeWait();
        c.send(Seg.syn().seq(-5_000)).expect(Seg.ack().seq(2).ack(2));
        assertThat(c.offers).hasSize(1);
    }

    @Test
    @Tag("TC-39")
    void finWait1_noAck_finRepeatedWithBackOff() {
        Conversation c = Conversation.established();
        c.connection.shutdownOutput();
        c.expect(Seg.fin().seq(1));
        c.at(1_200).expect(Seg.fin().seq(1));
        long first = c.nowMillis();
        c.at(first + 300);
        c.at(20_000);
        int repeats = c.queue.packets.size();
        assertThat(repeats).as("doubling intervals").isBetween(3, 7);
        c.queue.packets.clear();
        c.at(200_000).expectEnded(CloseReason.CLIENT_ABORTED);
    }

    @Test
    @Tag("TC-39")
    void finWait2_orphan_reaped() {
        Conversation c = Conversation.established();
        c.connection.close();
        c.send(Seg.ack().seq(1).ack(2)).expectState(TcpState.FIN_WAIT_2);
        c.at(59_000);
        assertThat(c.tcp.connections()).isEqualTo(1);
        c.at(61_000);
        assertThat(c.tcp.connections()).isZero();
    }

    @Test
    void finWait2_dataForOrphan_rst() {
        Conversation c = Conversation.established();
        c.connection.close();
        c.expect(Seg.fin().seq(1));
        c.send(Seg.ack().seq(1).ack(2));
        c.send(Seg.data("late").seq(1).ack(2)).expect(Seg.rst().seq(2));
        assertThat(c.tcp.connections()).isZero();
    }

    @Test
    void finWait1_dataForOrphanThatHasNotSeenFin_rstWhereItIsExpected() {
        Conversation c = Conversation.established();
        c.connection.close();
        c.expect(Seg.fin().seq(1));
        // RFC 5961 §3.2: another number than the one it expects would only be asked back
        c.send(Seg.data("late").seq(1).ack(1)).expect(Seg.rst().seq(1)).expectState(TcpState.CLOSED);
    }

    @Test
    void timestamps_abort_rstHasThem() {
        Conversation c = Conversation.establishedWithTimestamps();
        c.at(1_000);
        c.connection.abort();
        Seg rst = c.take(Seg.rstAck().seq(1));
        assertThat(rst.tsEcho).as("RFC 7323 §3.2").isEqualTo(1_000);
    }

    @Test
    void bulkFillsTheWindow_fin_notHeldBack() {
        Conversation c =
                Conversation.established(new Conversation.Options(), Seg.syn().scale(7));
        c.writeBulk('x', 14_600);
        c.queue.packets.clear();
        c.connection.shutdownOutput();
        c.expect(Seg.fin().seq(14_601).length(0));
    }

    @Test
    void established_closeWithUnreadData_rst() {
        Conversation c = Conversation.established();
        c.reading = false;
        c.send(Seg.data("unread").seq(1).ack(1));
        c.queue.packets.clear();
        c.connection.close();
        c.expect(Seg.rstAck().seq(1).ack(7)).expectNothing();
    }

    @Test
    @Tag("TC-18")
    void lastAck_unacceptableSegment_acknowledged() {
        Conversation c = Conversation.established();
        c.send(Seg.fin().seq(1).ack(1));
        c.connection.shutdownOutput();
        c.queue.packets.clear();
        c.send(Seg.data("z").seq(900_000).ack(1)).expect(Seg.ack().seq(2).ack(2));
        c.expectState(TcpState.LAST_ACK);
    }

    @Test
    @Tag("TC-18")
    void finWait2_unacceptableSegment_acknowledged() {
        Conversation c = Conversation.established();
        c.connection.shutdownOutput();
        c.send(Seg.ack().seq(1).ack(2));
        c.queue.packets.clear();
        c.send(Seg.data("z").seq(900_000).ack(2)).expect(Seg.ack().seq(2).ack(1));
        c.expectState(TcpState.FIN_WAIT_2);
    }

    @Test
    @Tag("TC-18")
    void closing_unacceptableSegment_acknowledged() {
        Conversation c = Conversation.established();
        c.connection.shutdownOutput();
        c.send(Seg.fin().seq(1).ack(1));
        c.queue.packets.clear();
        c.send(Seg.data("z").seq(900_000).ack(1)).expect(Seg.ack().seq(2).ack(2));
        c.expectState(TcpState.CLOSING);
    }

    @Test
    void established_detach_rstAndReason() {
        Conversation c = Conversation.established();
        c.detach(CloseReason.INBOUND_WITHDRAWN);
        c.expect(Seg.rstAck().seq(1).ack(1)).expectEnded(CloseReason.INBOUND_WITHDRAWN);
    }
}

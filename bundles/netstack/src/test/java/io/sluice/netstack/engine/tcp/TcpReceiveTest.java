package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.netstack.engine.Counter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Receiving: cases TC-21, 22, 23, 40, 41, 43. */
@ExtendWith(ConversationEnd.class)
@DisplayNameGeneration(CaseNames.class)
class TcpReceiveTest {

    @Test
    @Tag("TC-23")
    void established_smallSegment_acknowledgedWithinDelay() {
        Conversation c = Conversation.established();
        c.send(Seg.data("x").seq(1).ack(1)).expectNothing();
        c.at(30).expectNothing();
        c.at(45).expect(Seg.ack().seq(1).ack(2)).expectNothing();
    }

    @Test
    @Tag("TC-23")
    void established_secondFullSegment_acknowledgedAtOnce() {
        Conversation c = Conversation.established();
        c.send(Seg.bulk('x', 1_460).seq(1).ack(1)).expectNothing();
        c.send(Seg.bulk('x', 1_460).seq(1_461).ack(1))
                .expect(Seg.ack().ack(2_921))
                .expectNothing();
    }

    @Test
    void established_batch_oneAck() {
        Conversation c = Conversation.established();
        List<Seg> batch = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            batch.add(Seg.bulk('x', 1_460).seq(1 + i * 1_460).ack(1));
        }
        c.sendBatch(batch.toArray(new Seg[0])).expect(Seg.ack().ack(14_601)).expectNothing();
    }

    @Test
    void established_superPacket_oneAck() {
        Conversation c = Conversation.established();
        c.sendSuper(Seg.bulk('x', 40_000).seq(1).ack(1), 1_460)
                .expect(Seg.ack().ack(40_001))
                .expectNothing();
        assertThat(c.received).hasSize(40_000);
    }

    @Test
    void established_answerWithinDelay_carriesAck() {
        Conversation c = Conversation.established();
        c.send(Seg.data("ping").seq(1).ack(1))
                .write("pong")
                .expect(Seg.data("pong").seq(1).ack(5));
        c.at(100).expectNothing();
    }

    @Test
    @Tag("TC-21")
    void established_anyPermutationOfSix_byteExact() {
        permute(new ArrayList<>(), new ArrayList<>(List.of(0, 1, 2, 3, 4, 5)));
    }

    private static void permute(List<Integer> order, List<Integer> rest) {
        if (rest.isEmpty()) {
            deliver(order);
        }
        for (int i = 0; i < rest.size(); i++) {
            Integer next = rest.remove(i);
            order.addLast(next);
            permute(order, rest);
            order.removeLast();
            rest.add(i, next);
        }
    }

    private static void deliver(List<Integer> order) {
        Conversation c = Conversation.establishedWithSack();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            expected.append(String.valueOf((char) ('a' + i)).repeat(100));
        }
        for (int i : order) {
            c.send(Seg.bulk((char) ('a' + i), 100).seq(1 + i * 100).ack(1));
        }
        c.expectReceived(expected.toString());
        // no gap is without its duplicate: RFC 5681 §4.2
        int late = 0;
        int highest = -1;
        for (int i : order) {
            late += i != highest + 1 ? 1 : 0;
            highest = Math.max(highest, i);
        }
        assertThat(c.queue.packets.size()).as("acknowledgements of %s", order).isGreaterThanOrEqualTo(late);
    }

    @Test
    @Tag("TC-21")
    void gap_segmentBehind_duplicateAckAtOnceAndOnFill() {
        Conversation c = Conversation.established();
        c.send(Seg.data("cc").seq(5).ack(1)).expect(Seg.ack().ack(1));
        c.send(Seg.data("bb").seq(3).ack(1)).expect(Seg.ack().ack(1));
        c.send(Seg.data("aa").seq(1).ack(1)).expect(Seg.ack().ack(7)).expectReceived("aabbcc");
    }

    @Test
    @Tag("TC-22")
    void overlap_differentOctets_firstReceivedWin() {
        Conversation c = Conversation.established();
        c.send(Seg.data("BBB").seq(4).ack(1));
        c.send(Seg.data("xxxxxxxxx").seq(1).ack(1));
        c.expectReceived("xxxBBBxxx");
        c.send(Seg.data("yyyy").seq(8).ack(1)).expectReceived("xxxBBBxxxyy");
    }

    @Test
    void reassembly_full_gapIsStillFilled() {
        Conversation c = Conversation.establishedWithSack();
        int pieces = TcpLimits.MAX_REASSEMBLY_PIECES;
        for (int i = 0; i < pieces; i++) {
            c.send(Seg.data("b").seq(2 + i).ack(1));
        }
        c.queue.packets.clear();
        c.send(Seg.data("z").seq(2 + pieces).ack(1)).expect(Seg.ack().ack(1));
        c.send(Seg.data("a").seq(1).ack(1)).expect(Seg.ack().ack(2 + pieces));
        c.expectReceived("a" + "b".repeat(pieces));
    }

    @Test
    @Tag("TC-43")
    void sack_newestBlockFirst() {
        Conversation c = Conversation.establishedWithSack();
        c.send(Seg.data("c").seq(3).ack(1)).expect(Seg.ack().ack(1).sack(3, 4));
        c.send(Seg.data("g").seq(7).ack(1)).expect(Seg.ack().ack(1).sack(7, 8, 3, 4));
        c.send(Seg.data("e").seq(5).ack(1)).expect(Seg.ack().ack(1).sack(5, 6, 7, 8, 3, 4));
        c.send(Seg.data("f").seq(6).ack(1)).expect(Seg.ack().ack(1).sack(5, 8, 3, 4));
        c.send(Seg.data("ab").seq(1).ack(1)).expect(Seg.ack().ack(4).sack(5, 8));
        c.send(Seg.data("d").seq(4).ack(1)).expect(Seg.ack().ack(8).sack()).expectReceived("abcdefg");
    }

    @Test
    @Tag("TC-43")
    void sack_withTimestamps_atMostThreeBlocks() {
        Conversation c = Conversation.establishedWithTimestamps();
        for (int i = 0; i < 5; i++) {
            c.send(Seg.data("x").seq(3 + 2 * i).ack(1).ts(1_001, 0));
        }
        c.queue.packets.clear();
        c.send(Seg.data("x").seq(13).ack(1).ts(1_001, 0)).expect(Seg.ack().sack(13, 14, 11, 12, 9, 10));
    }

    @Test
    @Tag("TC-43")
    void duplicate_segment_dsack() {
        Conversation c = Conversation.establishedWithSack();
        c.send(Seg.data("abc").seq(1).ack(1));
        c.send(Seg.data("abc").seq(1).ack(1)).expect(Seg.ack().ack(4).sack(1, 4));
        c.send(Seg.data("z").seq(9).ack(1)).expect(Seg.ack().ack(4).sack(9, 10));
        c.send(Seg.data("z").seq(9).ack(1)).expect(Seg.ack().ack(4).sack(9, 10, 9, 10));
    }

    @Test
    void notPermitted_sack_neverSent() {
        Conversation c = Conversation.established();
        c.send(Seg.data("z").seq(9).ack(1)).expect(Seg.ack().ack(1).sack());
    }

    @Test
    @Tag("TC-40")
    void timestamps_notInSyn_neverSent() {
        Conversation c = Conversation.established();
        c.send(Seg.data("x").seq(1).ack(1).ts(5, 0))
                .at(100)
                .expect(Seg.ack().ack(2).noTimestamps());
    }

    @Test
    @Tag("TC-40")
    void timestamps_delayedAck_echoesEarliestUnacknowledged() {
        Conversation c = Conversation.establishedWithTimestamps();
        c.send(Seg.data("a").seq(1).ack(1).ts(2_000, 0));
        c.send(Seg.data("b").seq(2).ack(1).ts(2_001, 0));
        c.at(100).expect(Seg.ack().ack(3).echo(2_000));
    }

    @Test
    @Tag("TC-40")
    void timestamps_outOfOrder_echoesLastInOrder() {
        Conversation c = Conversation.establishedWithTimestamps();
        c.send(Seg.data("a").seq(1).ack(1).ts(2_000, 0))
                .at(100)
                .expect(Seg.ack().echo(2_000));
        c.send(Seg.data("c").seq(3).ack(1).ts(2_007, 0)).expect(Seg.ack().ack(2).echo(2_000));
        c.send(Seg.data("b").seq(2).ack(1).ts(2_009, 0)).expect(Seg.ack().ack(4).echo(2_009));
    }

    @Test
    @Tag("TC-41")
    void paws_oldTimestamp_droppedAndAcknowledged() {
        Conversation c = Conversation.establishedWithTimestamps();
        c.send(Seg.data("a").seq(1).ack(1).ts(2_000, 0))
                .at(100)
                .expect(Seg.ack().ack(2));
        c.send(Seg.data("b").seq(2).ack(1).ts(1_999, 0))
                .expect(Seg.ack().ack(2))
                .expectReceived("a");
        c.expectCounted(Counter.TCP_PAWS_REJECTED, 1);
    }

    @Test
    @Tag("TC-41")
    void paws_rstWithOldTimestamp_exempt() {
        Conversation c = Conversation.establishedWithTimestamps();
        c.send(Seg.data("a").seq(1).ack(1).ts(2_000, 0));
        c.send(Seg.rst().seq(2).ts(1, 0));
        assertThat(c.ended).hasSize(1);
    }

    @Test
    @Tag("TC-41")
    void paws_after24Days_timestampInvalid() {
        Conversation c = Conversation.establishedWithTimestamps();
        c.send(Seg.data("a").seq(1).ack(1).ts(2_000, 0)).at(100).expect(Seg.ack());
        c.at(25L * 24 * 3_600 * 1_000);
        c.send(Seg.data("b").seq(2).ack(1).ts(1_000, 0)).expectReceived("ab");
    }

    @Test
    void window_userReads_updateSent() {
        Conversation c = Conversation.establishedWithSack();
        c.reading = false;
        int sequence = 1;
        while (sequence < 230_000) {
            c.send(Seg.bulk('x', 1_460).seq(sequence).ack(1));
            sequence += 1_460;
        }
        c.at(100);
        c.queue.packets.clear();
        c.read();
        Seg update = c.take(Seg.ack().ack(sequence));
        assertThat(update.window << 7).isGreaterThanOrEqualTo(256 * 1024 - 128);
    }

    @Test
    void window_fastReader_grows() {
        Conversation c = Conversation.establishedWithSack();
        int sequence = 1;
        int greatest = 0;
        for (int round = 1; round < 60; round++) {
            c.at(round * 20L);
            for (int sent = 0; sent < 200_000; sent += 40_000) {
                c.sendSuper(Seg.bulk('x', 40_000).seq(sequence).ack(1), 1_460);
                sequence += 40_000;
            }
            while (!c.queue.packets.isEmpty()) {
                greatest = Math.max(greatest, c.take(Seg.ack()).window << 7);
            }
        }
        assertThat(greatest).isGreaterThan(390_000).isLessThanOrEqualTo(TcpLimits.MAX_RECEIVE_LIMIT);
    }
}

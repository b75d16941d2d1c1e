package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.netstack.engine.Counter;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.Verdict;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is acceptable, and blind attacks: cases TC-02, 13, 14, 15, 20, 33. */
@ExtendWith(ConversationEnd.class)
@DisplayNameGeneration(CaseNames.class)
class TcpSequenceTest {

    private static final int WINDOW = 0xffff;

    @Test
    @Tag("TC-14")
    void established_rstAtNext_reset() {
        Conversation c = Conversation.established();
        c.send(Seg.rst().seq(1)).expectEnded(CloseReason.CLIENT_ABORTED).expectNothing();
    }

    @Test
    @Tag("TC-14")
    void established_rstInWindow_challengeAck() {
        Conversation c = Conversation.established();
        c.send(Seg.rst().seq(2)).expect(Seg.ack().seq(1).ack(1)).expectAlive();
    }

    @Test
    @Tag("TC-14")
    void established_rstOutsideWindow_dropped() {
        Conversation c = Conversation.established();
        c.send(Seg.rst().seq(1 + WINDOW + 10))
                .send(Seg.rst().seq(0))
                .expectNothing()
                .expectAlive();
    }

    @Test
    @Tag("TC-14")
    void established_rstsInWindow_challengesLimited() {
        Conversation c = Conversation.established();
        for (int i = 0; i < 100; i++) {
            c.send(Seg.rst().seq(2 + i));
        }
        assertThat(c.queue.packets).hasSize(1);
        c.at(600).send(Seg.rst().seq(7));
        assertThat(c.queue.packets).hasSize(2);
    }

    @Test
    @Tag("TC-15")
    void established_syn_challengeAck() {
        Conversation c = Conversation.established();
        c.send(Seg.syn().seq(50)).expect(Seg.ack().seq(1).ack(1)).expectAlive();
        c.at(600).send(Seg.syn().seq(0)).expect(Seg.ack().seq(1).ack(1)).expectAlive();
    }

    @Test
    void established_ackOfUnsentData_ackAndDropped() {
        Conversation c = Conversation.established();
        c.send(Seg.data("evil").seq(1).ack(10_000))
                .expect(Seg.ack().seq(1).ack(1))
                .expectReceived("");
    }

    @Test
    void ackOfUnsentData_timestampFromTheFuture_notRemembered() {
        Conversation c = Conversation.establishedWithTimestamps();
        c.at(1_000)
                .send(Seg.ack().seq(1).ack(99_999).ts(900_000, 0))
                .expect(Seg.ack().ack(1));
        c.send(Seg.data("abc").seq(1).ack(1).ts(1_001, 0))
                .at(1_100)
                .expect(Seg.ack().ack(4));
        c.expectReceived("abc").expectCounted(Counter.TCP_PAWS_REJECTED, 0);
    }

    @Test
    void established_veryOldAck_challengeAndDropped() {
        Conversation c = Conversation.established();
        c.send(Seg.data("evil").seq(1).ack(-1_000_000_000)).expect(Seg.ack()).expectReceived("");
        c.expectCounted(Counter.TCP_BAD_ACKNOWLEDGMENT, 1);
    }

    @Test
    void established_segmentWithoutAck_dropped() {
        Conversation c = Conversation.established();
        Seg seg = Seg.data("x").seq(1);
        seg.flags = TcpHeader.PSH;
        c.send(seg).expectReceived("");
        assertThat(c.engine.counters().of(Verdict.BAD_FLAGS)).isEqualTo(1);
    }

    @Test
    @Tag("TC-13")
    void emptySegment_openWindow_acceptableFromNextToEdge() {
        Conversation c = Conversation.established();
        c.send(Seg.ack().seq(1).ack(1)).expectNothing();
        c.send(Seg.ack().seq(WINDOW).ack(1)).expectNothing();
        c.send(Seg.ack().seq(0).ack(1)).expect(Seg.ack().seq(1).ack(1));
        c.at(600)
                .send(Seg.ack().seq(WINDOW + 100).ack(1))
                .expect(Seg.ack().seq(1).ack(1));
    }

    @Test
    @Tag("TC-13")
    void dataSegment_openWindow_acceptableIfAnyOctetIsInside() {
        Conversation c = Conversation.established();
        c.send(Seg.data("ab").seq(0).ack(1)).expectReceived("b");
        c.send(Seg.data("z").seq(1 + WINDOW + 1).ack(1));
        c.expectCounted(Counter.TCP_OUT_OF_WINDOW, 1).expectReceived("b");
    }

    @Test
    @Tag("TC-13")
    void dataSegment_closedWindow_refusedButItsAckCounts() {
        Conversation c = Conversation.established();
        c.reading = false;
        int sequence = fillWindow(c);
        c.writeBulk('x', 100).expect(Seg.ack().length(100));
        c.send(Seg.data("q").seq(sequence).ack(101))
                .expect(Seg.ack().seq(101).ack(sequence).window(0));
        c.at(5_000).expectNothing().expectAlive();
    }

    @Test
    @Tag("TC-13")
    void emptySegment_closedWindow_acceptableAtNextOnly() {
        Conversation c = Conversation.established();
        c.reading = false;
        int sequence = fillWindow(c);
        c.send(Seg.ack().seq(sequence).ack(1)).expectNothing();
        c.send(Seg.ack().seq(sequence + 1).ack(1))
                .expect(Seg.ack().seq(1).ack(sequence).window(0));
        c.at(c.nowMillis() + 600)
                .send(Seg.ack().seq(sequence - 1).ack(1))
                .expect(Seg.ack().seq(1).ack(sequence).window(0));
        c.expectCounted(Counter.TCP_OUT_OF_WINDOW, 2).expectAlive();
    }

    private static int fillWindow(Conversation c) {
        int sequence = 1;
        int window = 0xffff;
        while (window > 0) {
            int size = Math.min(1_460, window);
            c.send(Seg.bulk('f', size).seq(sequence).ack(1));
            sequence += size;
            window -= size;
            while (!c.queue.packets.isEmpty()) {
                Seg ack = c.take(Seg.ack());
                window = ack.window - (sequence - ack.ack);
            }
        }
        c.at(c.nowMillis() + 100);
        c.queue.packets.clear();
        return sequence;
    }

    @Test
    @Tag("TC-20")
    void malformed_segments_droppedAndCounted() {
        Conversation c = Conversation.established();
        c.send(Seg.data("x").seq(1).ack(1).corrupt());
        c.send(Seg.of(0).seq(1));
        c.send(Seg.of(TcpHeader.SYN | TcpHeader.FIN).seq(1));
        c.send(Seg.of(TcpHeader.SYN | TcpHeader.RST).seq(1));
        c.send(Seg.of(0xff).seq(1).ack(1));
        c.expectNothing().expectReceived("").expectAlive();
        assertThat(c.engine.counters().of(Verdict.BAD_CHECKSUM)).isEqualTo(1);
        assertThat(c.engine.counters().of(Verdict.BAD_FLAGS)).isEqualTo(4);
    }

    /** What the scan of its day called Xmas, and a header that is shorter than any or longer than its segment. */
    @Test
    @Tag("TC-20")
    void dataOffset_belowFiveOrBeyondTheSegment_andXmas_dropped() {
        Conversation c = Conversation.established();
        for (int words = 0; words <= 15; words++) {
            if (words != 5) {
                byte[] packet = Seg.ack()
                        .seq(1)
                        .ack(1)
                        .packet(
                                Conversation.CLIENT,
                                Conversation.SERVER,
                                40_000,
                                80,
                                Conversation.CLIENT_ISN,
                                c.serverIsn);
                packet[32] = (byte) (words << 4);
                // the checksum is left to the device, so that nothing but the offset is wrong
                c.inject(packet, new PacketOffload().set(Segmentation.NONE, 0, true, 0));
            }
        }
        c.send(Seg.of(TcpHeader.FIN | TcpHeader.PSH | TcpHeader.URG).seq(1));
        c.expectNothing().expectAlive();
        assertThat(c.engine.counters().of(Verdict.BAD_LENGTH)
                        + c.engine.counters().of(Verdict.TRUNCATED))
                .isEqualTo(15);
        assertThat(c.engine.counters().of(Verdict.BAD_FLAGS)).isEqualTo(1);
    }

    @Test
    @Tag("TC-02")
    void established_unknownAndPaddedOptions_ignored() {
        Conversation c = Conversation.established();
        c.send(Seg.data("a").seq(1).ack(1).options(1, 1, 1, 1));
        c.send(Seg.data("b").seq(2).ack(1).options(99, 4, 0, 0));
        c.expectReceived("ab");
    }

    /** RFC 9293 §3.1 (MUST-7): "TCP implementations MUST be prepared to handle an illegal option length (e.g., zero)." */
    @Test
    @Tag("TC-02")
    void established_optionLengthZeroOneOrBeyondTheHeader_noHarm() {
        Conversation c = Conversation.established();
        for (int kind : new int[] {2, 3, 4, 5, 8, 99}) {
            for (int length : new int[] {0, 1, 5, 40, 255}) {
                c.send(Seg.ack().seq(1).ack(1).options(kind, length, 0, 0));
                c.send(Seg.ack().seq(1).ack(1).options(1, 1, 1, kind)); // no room for a length
            }
        }
        c.expectNothing().expectAlive();
        c.send(Seg.data("still").seq(1).ack(1)).expectReceived("still");
    }

    @Test
    @Tag("TC-02")
    void established_randomOptions_neverFail() {
        Conversation c = Conversation.established();
        Random random = new Random(20);
        for (int i = 0; i < 10_000; i++) {
            int[] octets = random.ints(4 * (1 + random.nextInt(10)), 0, 256).toArray();
            c.send(Seg.ack().seq(1).ack(1).options(octets));
        }
        c.expectAlive();
        c.send(Seg.data("still").seq(1).ack(1)).expectReceived("still");
    }

    @Test
    @Tag("TC-02")
    void listen_randomOptions_neverFail() {
        Conversation c = new Conversation();
        Random random = new Random(21);
        for (int i = 0; i < 2_000; i++) {
            c.options.clientPort = 10_000 + i;
            c.send(Seg.of(TcpHeader.SYN)
                    .seq(0)
                    .options(random.ints(4 * (1 + random.nextInt(10)), 0, 256).toArray()));
        }
        assertThat(c.engine.counters().of(Counter.INTERNAL_FAULTS)).isZero();
    }

    @Test
    @Tag("TC-33")
    void established_urgentPointer_dataInOrder() {
        Conversation c = Conversation.established();
        c.send(Seg.data("urgent").seq(1).ack(1).flag(TcpHeader.URG)).expectReceived("urgent");
        c.writeBulk('x', 10);
        assertThat(c.take(Seg.ack().length(10)).has(TcpHeader.URG)).isFalse();
    }
}

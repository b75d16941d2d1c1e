package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.Segmentation;
import io.sluice.netstack.engine.CapturedQueue;
import io.sluice.netstack.engine.Counter;
import io.sluice.wire.TcpHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Explicit congestion notification, RFC 3168 §6.1. */
@ExtendWith(ConversationEnd.class)
class TcpEcnTest {

    private static final int MSS = 1_460;
    private static final int NOT_ECT = 0;
    private static final int ECT_0 = 2;
    private static final int CE = 3;

    private static Seg ecnSyn() {
        return Seg.syn().sackPermitted(true).scale(7).flag(TcpHeader.ECE | TcpHeader.CWR);
    }

    private static Seg ecnSynAck() {
        return Seg.synAck().flag(TcpHeader.ECE).codepoint(NOT_ECT);
    }

    private static Conversation capable(Conversation.Options options) {
        Conversation c = new Conversation(options);
        c.send(ecnSyn()).expect(ecnSynAck());
        return c.at(20).send(Seg.ack().seq(1).ack(1).window(4_000));
    }

    private static Conversation capable() {
        return capable(new Conversation.Options());
    }

    private static Seg ack(int segment) {
        return Seg.ack().seq(1).ack(1 + segment * MSS).window(4_000);
    }

    @Test
    void ecnSetupSyn_answeredWithEce_dataCarryEct() {
        Conversation c = capable();
        c.writeBulk('x', 100).expect(Seg.ack().length(100).codepoint(ECT_0));
    }

    @Test
    void plainSyn_answeredWithoutEce_dataCarryNothing() {
        Conversation c = Conversation.establishedWithSack();
        c.writeBulk('x', 100).expect(Seg.ack().length(100).codepoint(NOT_ECT));
        c.send(Seg.ack().seq(1).ack(101).flag(TcpHeader.ECE)).expectCounted(Counter.TCP_CONGESTION_MARKS, 0);
    }

    @Test
    void synRepeatedWithoutEcn_fallsBack() {
        Conversation c = new Conversation();
        c.send(ecnSyn()).expect(ecnSynAck());
        c.at(1_000).queue.packets.clear();
        c.send(Seg.syn().sackPermitted(true).scale(7)).expect(Seg.synAck());
        c.send(Seg.ack().seq(1).ack(1)).write("x").expect(Seg.data("x").codepoint(NOT_ECT));
    }

    @Test
    void ce_received_eceUntilCwr() {
        Conversation c = capable();
        c.send(Seg.data("a").seq(1).ack(1).codepoint(CE));
        c.expect(Seg.ack().ack(2).flag(TcpHeader.ECE).codepoint(NOT_ECT));
        c.send(Seg.data("b").seq(2).ack(1).codepoint(ECT_0)).at(100);
        c.expect(Seg.ack().ack(3).flag(TcpHeader.ECE));
        c.write("x").expect(Seg.data("x").flag(TcpHeader.ECE).codepoint(ECT_0));
        c.send(Seg.data("c").seq(3).ack(2).flag(TcpHeader.CWR).codepoint(ECT_0));
        c.expect(Seg.ack().ack(4));
        c.send(Seg.data("d").seq(4).ack(2).flag(TcpHeader.CWR).codepoint(CE));
        c.expect(Seg.ack().ack(5).flag(TcpHeader.ECE));
    }

    @Test
    void ce_outsideTheWindow_ignored() {
        Conversation c = capable();
        c.send(Seg.data("a").seq(10_000_000).ack(1).codepoint(CE))
                .expect(Seg.ack().ack(1));
    }

    @Test
    void ece_oneReductionForAWindowOfData() {
        Conversation c = capable();
        c.writeBulk('x', 60 * MSS).at(40);
        c.queue.packets.clear();
        int before = c.connection.sender.congestion().windowBytes();
        c.send(ack(1).flag(TcpHeader.ECE)).send(ack(2).flag(TcpHeader.ECE)).send(ack(3).flag(TcpHeader.ECE));
        c.expectCounted(Counter.TCP_CONGESTION_MARKS, 1).expectCounted(Counter.TCP_RETRANSMITTED_SEGMENTS, 0);
        assertThat(c.connection.sender.congestion().slowStartThresholdBytes()).isEqualTo((int) (before * 0.7));
        // the window of data ends: a mark behind it counts anew
        c.queue.packets.clear();
        for (int segment = 4; segment <= 20; segment++) {
            c.send(ack(segment));
        }
        c.send(ack(21).flag(TcpHeader.ECE)).expectCounted(Counter.TCP_CONGESTION_MARKS, 2);
    }

    @Test
    void ece_nextNewDataCarryCwrOnce() {
        Conversation c = capable();
        c.writeBulk('x', 60 * MSS).at(40);
        c.queue.packets.clear();
        c.send(ack(6).flag(TcpHeader.ECE));
        for (int segment = 7; segment <= 10; segment++) {
            c.send(ack(segment));
        }
        c.expect(Seg.ack().seq(1 + 10 * MSS).flag(TcpHeader.CWR).codepoint(ECT_0));
        while (!c.queue.packets.isEmpty()) {
            c.take(Seg.ack().codepoint(ECT_0)); // without CWR
        }
    }

    @Test
    void ece_withOffload_cwrInASingleSegment() {
        Conversation.Options options = new Conversation.Options();
        options.offload = new OffloadCapabilities(true, true, true, true);
        Conversation c = capable(options);
        c.writeBulk('x', 60 * MSS).at(40);
        c.queue.packets.clear();
        c.send(ack(5).flag(TcpHeader.ECE)).send(ack(10));
        CapturedQueue.Packet first = c.queue.packets.peek();
        assertThat(first.segmentation()).isEqualTo(Segmentation.NONE);
        c.expect(Seg.ack().length(MSS).flag(TcpHeader.CWR));
        c.expect(Seg.ack().codepoint(ECT_0));
    }

    @Test
    void loss_retransmissionWithoutEct_newDataWithCwr() {
        Conversation c = capable();
        c.writeBulk('x', 40 * MSS).at(40);
        c.queue.packets.clear();
        c.send(ack(0).sack(1 + MSS, 1 + 6 * MSS));
        c.expect(Seg.ack().seq(1).length(MSS).codepoint(NOT_ECT));
        c.at(60).send(ack(10));
        c.expect(Seg.ack().seq(1 + 10 * MSS).flag(TcpHeader.CWR).codepoint(ECT_0));
    }
}

package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.tun.PacketOffload;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Exchange;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpRepr;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** From SYN to ESTABLISHED: cases TC-01, 04, 06, 07, 10, 12. */
@ExtendWith(ConversationEnd.class)
@DisplayNameGeneration(CaseNames.class)
class TcpHandshakeTest {

    private static Conversation dialing() {
        Conversation.Options options = new Conversation.Options();
        options.accept = false;
        return new Conversation(options);
    }

    @Test
    @Tag("TC-01")
    void listen_syn_synAckThenEstablished() {
        Conversation c = new Conversation();
        c.send(Seg.syn()).expect(Seg.synAck().ack(1).mss(1460));
        c.send(Seg.data("hello").seq(1).ack(1)).expectState(TcpState.ESTABLISHED);
        c.expectReceived("hello");
    }

    @Test
    @Tag("TC-06")
    void listen_syn_nothingBeforeAccept() {
        Conversation c = dialing();
        c.send(Seg.syn()).at(1_000).send(Seg.syn()).at(3_000).send(Seg.syn()).expectNothing();
        assertThat(c.offers).hasSize(1);
        c.accept().expect(Seg.synAck().ack(1)).expectNothing();
        c.expectCounted(Counter.TCP_DUPLICATE_SYNS, 2);
    }

    @Test
    void offer_rejected_rst() {
        Conversation c = dialing();
        c.send(Seg.syn());
        c.offers.getFirst().reject(CloseReason.CONNECT_REFUSED);
        c.expect(Seg.rstAck().ack(1)).expectNothing();
        assertThat(c.tcp.connections()).isZero();
    }

    @Test
    void offer_unreachable_icmp() {
        Conversation c = dialing();
        c.send(Seg.syn());
        c.offers.getFirst().reject(CloseReason.UNREACHABLE);
        c.expectNothing();
        assertThat(c.unreachables).containsExactly(CloseReason.UNREACHABLE);
    }

    @Test
    void offer_dropped_silence() {
        Conversation c = dialing();
        c.send(Seg.syn());
        c.offers.getFirst().reject(CloseReason.POLICY_DROPPED);
        c.expectNothing();
        assertThat(c.unreachables).isEmpty();
    }

    @Test
    void offer_rstFromClient_cancelled() {
        Conversation c = dialing();
        boolean[] cancelled = new boolean[1];
        c.send(Seg.syn());
        c.offers.getFirst().onCancel(() -> cancelled[0] = true);
        c.send(Seg.rst().seq(1)).expectNothing();
        assertThat(cancelled[0]).isTrue();
        assertThat(c.offers.getFirst().accept(null)).isNull();
        assertThat(c.tcp.halfOpen()).isZero();
    }

    @Test
    void offer_silentClient_cancelledAfterHalfOpenTime() {
        Conversation c = dialing();
        boolean[] cancelled = new boolean[1];
        c.send(Seg.syn());
        c.offers.getFirst().onCancel(() -> cancelled[0] = true);
        c.at(60_000).send(Seg.syn()).at(134_000);
        assertThat(cancelled[0]).isFalse();
        c.at(136_000);
        assertThat(cancelled[0]).isTrue();
    }

    @Test
    @Tag("TC-06")
    void synReceived_duplicateSyn_synAckAgain() {
        Conversation c = new Conversation();
        c.send(Seg.syn()).expect(Seg.synAck().ack(1));
        c.send(Seg.syn()).expect(Seg.synAck().seq(0).ack(1)).expectNothing();
        assertThat(c.offers).hasSize(1);
        assertThat(c.tcp.connections()).isEqualTo(1);
    }

    /** A client at 512 KiB a repeated SYN brought another stack down. */
    @Test
    @Tag("TC-06")
    void duplicateSyns_tenThousand_allocateNothing() {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // it makes a record for each buffer
        try {
            Conversation c = dialing();
            c.send(Seg.syn());
            assertThat(allocatedByEachOf10000(c)).as("octets a SYN, half open").isLessThan(2);
            c.queue.full = true; // the queue of the test keeps what it gets
            c.accept();
            assertThat(allocatedByEachOf10000(c))
                    .as("octets a SYN, SYN-RECEIVED")
                    .isLessThan(2);
            assertThat(c.engine.memory().usedBytes()).isZero();
            c.expectCounted(Counter.TCP_CONNECTIONS_OFFERED, 1);
            assertThat(c.tcp.connections()).isEqualTo(1);
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }

    private static long allocatedByEachOf10000(Conversation c) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        PacketOffload none = new PacketOffload().none();
        byte[] octets = Seg.syn()
                .packet(Conversation.CLIENT, Conversation.SERVER, 40_000, 80, Conversation.CLIENT_ISN, c.serverIsn);
        ByteBuf syn = Unpooled.directBuffer(octets.length).writeBytes(octets);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 10 && least >= 20_000; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                c.engine.input(syn, none, c.engine.nowNanos());
                c.engine.batchComplete(c.engine.nowNanos());
            }
            least = threads.getCurrentThreadAllocatedBytes() - before;
        }
        syn.release();
        return least / 10_000;
    }

    @Test
    @Tag("TC-31")
    void synReceived_noAck_synAckRepeatedThenGivenUp() {
        Conversation c = new Conversation();
        c.send(Seg.syn()).expect(Seg.synAck());
        c.at(999).expectNothing().at(1_002).expect(Seg.synAck().seq(0));
        c.at(3_004).expect(Seg.synAck().seq(0)).at(7_006).expect(Seg.synAck().seq(0));
        c.queue.packets.clear();
        c.at(179_900).expectAlive(); // RFC 9293 §3.8.3 (MUST-23): at least three minutes
        c.at(300_000).expectEnded(CloseReason.CLIENT_ABORTED);
        assertThat(c.tcp.connections()).isZero();
    }

    @Test
    void synReceived_wrongAck_rstWithItsNumber() {
        Conversation c = new Conversation();
        c.send(Seg.syn()).expect(Seg.synAck());
        c.send(Seg.ack().seq(1).ack(77)).expect(Seg.rst().seq(77));
        c.expectState(TcpState.SYN_RECEIVED);
    }

    @Test
    @Tag("TC-07")
    void listen_synWithData_dataNotLost() {
        Conversation c = new Conversation();
        Seg syn = Seg.syn();
        syn.data = "early".getBytes();
        c.send(syn).expect(Seg.synAck().ack(1)); // no cookie, so only the SYN is acknowledged: RFC 7413 §4
        c.send(Seg.data("early").seq(1).ack(1)).expectReceived("early");
    }

    @Test
    @Tag("TC-04")
    void listen_synWithoutMss_defaultSegments() {
        Conversation c =
                Conversation.established(new Conversation.Options(), Seg.syn().mss(Seg.UNSET));
        c.writeBulk('x', 1_000).expect(Seg.ack().length(536), Seg.ack().length(464));
    }

    @Test
    @Tag("TC-04")
    void listen_v6SynWithoutMss_segmentsOf1220() {
        TcpConnection[] connection = new TcpConnection[1];
        Exchange.Options options = new Exchange.Options();
        options.tcp = offer -> connection[0] = offer.accept(new TcpUser() {
            @Override
            public void readable() {}

            @Override
            public void writable() {}

            @Override
            public void ended(CloseReason reason) {}
        });
        try (Exchange x = new Exchange(options)) {
            x.send(PacketComposer.tcp(Exchange.CLIENT6, Exchange.FAR6, header6(0, 0, TcpHeader.SYN), new byte[0]));
            TcpRepr synAck = TcpRepr.parse(x.nextOctets(), 40);
            assertThat(synAck.options().mss()).as("ours: MTU less 60").hasValue(1_440);
            TcpRepr ack = header6(1, synAck.sequence() + 1, TcpHeader.ACK);
            x.send(PacketComposer.tcp(Exchange.CLIENT6, Exchange.FAR6, ack, new byte[0]));
            connection[0].write(Unpooled.directBuffer().writeZero(2_000));
            connection[0].push();
            assertThat(x.nextOctets().limit() - 60).isEqualTo(1_220);
            assertThat(x.nextOctets().limit() - 60).isEqualTo(780);
            x.expectNothing();
        }
    }

    private static TcpRepr header6(int sequence, int acknowledgment, int flags) {
        return new TcpRepr(40_000, 80, sequence, acknowledgment, flags, 30_000, 0, TcpRepr.Options.NONE);
    }

    @Test
    @Tag("TC-04")
    void listen_synWithMssZero_defaultSegments() {
        Conversation c =
                Conversation.established(new Conversation.Options(), Seg.syn().mss(0));
        c.writeBulk('x', 600).expect(Seg.ack().length(536));
    }

    @Test
    @Tag("TC-04")
    void listen_synWithTinyMss_clamped() {
        Conversation c =
                Conversation.established(new Conversation.Options(), Seg.syn().mss(8));
        c.writeBulk('x', 100).expect(Seg.ack().length(64), Seg.ack().length(36));
    }

    @Test
    @Tag("TC-10")
    void listen_synWithoutScale_noneBackAndWindowUnscaled() {
        Conversation c = new Conversation();
        c.send(Seg.syn()).expect(Seg.synAck().scale(-1).window(0xffff));
        c.send(Seg.ack().seq(1).ack(1).window(1_000));
        c.writeBulk('x', 3_000).expect(Seg.ack().length(1_000)).expectNothing();
    }

    /** RFC 7323 §2.2: "The window field in a segment where the SYN bit is set … MUST NOT be scaled." */
    @Test
    @Tag("TC-10")
    void listen_synWithScale_windowOfOurSynUnscaledLaterOnesScaled() {
        Conversation c = new Conversation();
        c.send(Seg.syn().scale(7).window(5_000)).expect(Seg.synAck().scale(7).window(0xffff));
        c.write("early").expectNothing(); // whatever the SYN's window says, nothing is sent before its answer
        c.send(Seg.ack().seq(1).ack(1).window(500));
        c.expect(Seg.data("early").seq(1));
        assertThat(c.connection.sender.peerWindow().bytes()).isEqualTo(500 << 7);
        c.send(Seg.data("x").seq(1).ack(1)).at(100);
        assertThat(c.take(Seg.ack().ack(2)).window << 7)
                .as("ours, scaled from now on")
                .isBetween(256 << 9, 256 << 10);
    }

    @Test
    @Tag("TC-10")
    void listen_synWithScale15_treatedAs14() {
        Conversation c = new Conversation();
        c.send(Seg.syn().scale(15)).expect(Seg.synAck().scale(7));
        c.expectCounted(Counter.TCP_EXCESSIVE_WINDOW_SCALE, 1);
        c.send(Seg.ack().seq(1).ack(1).window(1));
        c.writeBulk('x', 60_000);
        int sent = 0;
        while (!c.queue.packets.isEmpty()) {
            sent += c.take(Seg.ack()).length;
        }
        assertThat(sent).as("initial window, since 1 << 14 octets are open").isEqualTo(14_600);
    }

    @Test
    void closed_strayAck_rst() {
        Conversation c = new Conversation();
        c.send(Seg.ack().seq(5).ack(9)).expect(Seg.rst().seq(9));
        c.send(Seg.rst().seq(5)).expectNothing();
    }
}

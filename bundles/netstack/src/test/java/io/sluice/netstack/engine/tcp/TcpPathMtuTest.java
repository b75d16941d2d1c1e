package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.netstack.engine.Counter;
import io.sluice.wire.Ipv4Header;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Paths that swallow packets without a word, RFC 4821 and 8899. */
@ExtendWith(ConversationEnd.class)
class TcpPathMtuTest {

    private static final int FULL = 1_460;

    private static Conversation wide() {
        return Conversation.establishedWithSack();
    }

    /** The client acknowledges what fits through a path of that MTU, 20 ms later, with SACK; returns octets in order. */
    private static int answer(Conversation c, int acknowledged, int mtu) {
        boolean[] arrived = new boolean[4 << 20];
        int next = acknowledged;
        int highest = next;
        for (int turn = 0; turn < 2_000 && !c.queue.packets.isEmpty(); turn++) {
            for (var packet = c.queue.packets.poll(); packet != null; packet = c.queue.packets.poll()) {
                Seg seg = Seg.parse(packet.octets(), false, Conversation.CLIENT_ISN, c.serverIsn);
                if (Ipv4Header.totalLength(ByteBuffer.wrap(packet.octets()), 0) <= mtu) {
                    java.util.Arrays.fill(arrived, seg.seq, seg.seq + seg.length, true);
                    highest = Math.max(highest, seg.seq + seg.length);
                }
            }
            while (arrived[next]) {
                next++;
            }
            c.at(c.nowMillis() + 20);
            Seg ack = Seg.ack().seq(1).ack(next).window(4_000);
            c.send(highest > next ? ack.sack(firstArrived(arrived, next), highest) : ack);
            c.at(c.nowMillis() + 100);
        }
        return next;
    }

    private static int firstArrived(boolean[] arrived, int from) {
        int at = from;
        while (!arrived[at]) {
            at++;
        }
        return at;
    }

    /** Time-outs until the size falls. */
    private static void fallIntoTheHole(Conversation c) {
        c.writeBulk('x', 200_000);
        long end = c.nowMillis() + 10_000;
        while (c.connection.sender.segmentSize() == FULL && c.nowMillis() < end) {
            c.queue.packets.clear();
            c.at(c.nowMillis() + 50);
        }
    }

    @Test
    void blackHole_threeTimeouts_baseSize() {
        Conversation c = wide();
        fallIntoTheHole(c);
        c.expectCounted(Counter.TCP_MTU_BLACK_HOLES, 1).expectCounted(Counter.TCP_RETRANSMISSION_TIMEOUTS, 3);
        c.expect(Seg.ack().seq(1).length(1_160));
    }

    @Test
    void blackHole_ofTheBaseSizeToo_minimum() {
        Conversation c = wide();
        c.writeBulk('x', 10_000).at(30_000);
        assertThat(c.connection.sender.segmentSize()).isEqualTo(512);
        c.expectCounted(Counter.TCP_MTU_BLACK_HOLES, 2);
    }

    @Test
    void smallSegment_timesOut_sizeStays() {
        Conversation c = wide();
        c.write("hello").at(30_000);
        c.expectCounted(Counter.TCP_MTU_BLACK_HOLES, 0);
    }

    @Test
    void blackHole_searched_greatestSizeFoundWithoutReduction() {
        Conversation c = wide();
        fallIntoTheHole(c);
        assertThat(answer(c, 1, 1_400)).isEqualTo(200_001);
        int found = c.connection.sender.segmentSize();
        assertThat(found).isBetween(1_360 - TcpLimits.MTU_SEARCH_CLOSE, 1_360);
        long reductions = c.engine.counters().of(Counter.TCP_FAST_RECOVERIES);
        assertThat(c.engine.counters().of(Counter.TCP_MTU_PROBES)).isBetween(5L, 30L);
        assertThat(reductions).as("a lost probe is no congestion").isZero();
    }

    @Test
    void pathSilentForAWhile_fullSizeAgainAtOnce() {
        Conversation c = wide();
        fallIntoTheHole(c);
        assertThat(answer(c, 1, 1_500)).isEqualTo(200_001);
        assertThat(c.connection.sender.segmentSize()).isEqualTo(FULL);
        c.expectCounted(Counter.TCP_MTU_PROBES, 1);
    }

    @Test
    void raiseTimer_pathGrewLater_fullSizeAgain() {
        Conversation c = wide();
        fallIntoTheHole(c);
        answer(c, 1, 1_400);
        c.at(c.nowMillis() + 601_000);
        c.writeBulk('y', 100_000);
        assertThat(answer(c, 200_001, 1_500)).isEqualTo(300_001);
        assertThat(c.connection.sender.segmentSize()).isEqualTo(FULL);
    }
}

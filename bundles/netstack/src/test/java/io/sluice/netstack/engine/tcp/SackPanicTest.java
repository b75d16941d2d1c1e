package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The class of CVE-2019-11477 and 11478: tiny segments, and SACK blocks that make the sender's bookkeeping work. */
@ExtendWith({ConversationEnd.class, WithoutLeakDetector.class})
@DisplayNameGeneration(CaseNames.class)
class SackPanicTest {

    private static final int ACKS = 100_000;
    private static final int QUEUED = 256 * 1024;
    /** The bar. Work that grows with the queue takes many. */
    private static final int SECONDS = 1;
    /** Behind IPv4 and TCP header: NOP, NOP, kind, length. */
    private static final int BLOCKS = 20 + 20 + 4;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static Conversation tinySegments() {
        Conversation c = Conversation.established(
                new Conversation.Options(), Seg.syn().mss(48).scale(7).sackPermitted(true));
        c.connection.sender.congestion().window(4 << 20);
        c.writeBulk('x', QUEUED);
        c.queue.packets.clear();
        c.queue.full = true; // what it sends again is not the cost measured here
        return c;
    }

    private double cpuSeconds(Conversation c, int spread, int size, Random random) {
        byte[] packet = Seg.ack()
                .seq(1)
                .ack(1)
                .sack(2, 10, 20, 28, 40, 48, 60, 68)
                .packet(Conversation.CLIENT, Conversation.SERVER, 40_000, 80, Conversation.CLIENT_ISN, c.serverIsn);
        ByteBuf buffer = Unpooled.directBuffer().writeBytes(packet);
        PacketOffload offload = new PacketOffload().set(Segmentation.NONE, 0, true, 0);
        long begun = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < ACKS; i++) {
            for (int block = 0; block < 4; block++) {
                int left = c.serverIsn + 2 + random.nextInt(spread);
                buffer.setInt(BLOCKS + 8 * block, left);
                buffer.setInt(BLOCKS + 8 * block + 4, left + size);
            }
            c.engine.input(buffer, offload, c.engine.nowNanos());
            c.engine.batchComplete(c.engine.nowNanos());
        }
        double seconds = (threads.getCurrentThreadCpuTime() - begun) / 1e9;
        buffer.release();
        assertThat(c.connection.sender.board().end()
                        - c.connection.sender.board().first())
                .as("records")
                .isLessThanOrEqualTo(TcpLimits.MAX_RECORDS);
        c.expectAlive();
        c.queue.full = false;
        return seconds;
    }

    @Test
    @Tag("TC-45")
    void hundredThousandAcks_blocksEverywhere_secondsOfCpu() {
        double seconds = least(QUEUED, 8);
        System.out.printf("SACK panic: %.2f s of CPU for %,d acknowledgements%n", seconds, ACKS);
        assertThat(seconds).as("seconds of CPU").isLessThan(SECONDS);
    }

    /** Of four runs at most: the first is the compiler's, and a core shared with others is not ours to judge. */
    private double least(int spread, int size) {
        double least = Double.MAX_VALUE;
        for (int run = 0; run < 4 && least >= SECONDS; run++) {
            Conversation c = tinySegments();
            least = Math.min(least, cpuSeconds(c, spread, size, new Random(45)));
            assertThat(c.engine.memory().usedBytes()).isLessThanOrEqualTo(QUEUED);
        }
        return least;
    }

    @Test
    @Tag("TC-45")
    void hundredThousandAcks_sameCorner_secondsOfCpu() {
        assertThat(least(4_096, 4)).as("seconds of CPU").isLessThan(SECONDS);
    }
}

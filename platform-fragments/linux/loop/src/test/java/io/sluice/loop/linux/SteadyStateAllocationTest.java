package io.sluice.loop.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.ResourceLeakDetector;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Batches that go to and fro between two sockets of a loop make no object a datagram: the calls into the C library make a small one each, so
 * what is left is far less than the smallest object, of 16 octets, for each datagram.
 */
@Timeout(240)
@Isolated("it counts what the process allocates")
class SteadyStateAllocationTest {

    private static final int BURST = 32;
    private static final int WARM_UP = 4_000;
    private static final int ROUNDS = 4_000;

    /** At most: until the compiler, which a loaded machine keeps waiting, has made what allocates nothing. */
    private static final int LOOKS = 25;

    @Test
    void datagrams_toAndFro_allocateNothing() throws Exception {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        // The detector allocates a record for each buffer it tracks; the product runs without.
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try (Sockets sockets = new Sockets()) {
            Side a = new Side();
            Side b = new Side();
            DatagramChannel channelA = sockets.channel("127.0.0.1", null);
            DatagramChannel channelB = sockets.channel("127.0.0.1", null);
            a.io = sockets.open(channelA, a);
            b.io = sockets.open(channelB, b);
            sockets.onLoop(() -> {
                for (int i = 0; i < BURST; i++) {
                    a.io.send(a.header, a.alone(), 0, channelB.localAddress());
                }
                a.io.flush();
                return null;
            });
            assertThat(a.measured.await(180, TimeUnit.SECONDS)).isTrue();
            // Each was sent and received on both sides, by the one thread.
            long datagrams = 2 * a.datagrams;
            assertThat(a.octets)
                    .as("octets allocated by %d datagrams", datagrams)
                    .isLessThan(4 * datagrams);
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }

    /** Sends back what comes. */
    private static final class Side implements DatagramSink {

        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final CountDownLatch measured = new CountDownLatch(1);
        private final ByteBuf header =
                PooledByteBufAllocator.DEFAULT.directBuffer().writeZero(10);
        private DatagramIo io;
        private int batches;
        private long before;
        private long counted;
        private long datagrams;
        private long octets;

        private ByteBuf alone() {
            return PooledByteBufAllocator.DEFAULT.directBuffer().writeZero(100);
        }

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress from) {
            int number = segmentSize == 0 ? 1 : (payload.readableBytes() + segmentSize - 1) / segmentSize;
            counted += number;
            int end = payload.writerIndex();
            int each = segmentSize == 0 ? payload.readableBytes() : segmentSize;
            for (int at = payload.readerIndex(); at < end; at += each) {
                int length = Math.min(each, end - at) - header.readableBytes();
                io.send(header, payload.retainedSlice(at + header.readableBytes(), length), 0, from);
            }
            payload.release();
        }

        @Override
        public void batchComplete() {
            io.flush();
            batches++;
            if (measured.getCount() == 0 || batches < WARM_UP || (batches - WARM_UP) % ROUNDS != 0) {
                return;
            }
            long now = threads.getCurrentThreadAllocatedBytes();
            if (batches > WARM_UP && (now - before < 4 * 2 * counted || batches == WARM_UP + LOOKS * ROUNDS)) {
                octets = now - before;
                datagrams = counted;
                measured.countDown();
            }
            counted = 0;
            before = now;
        }

        @Override
        public void failed(IOException cause, int lost) {
            throw new AssertionError(cause);
        }
    }
}

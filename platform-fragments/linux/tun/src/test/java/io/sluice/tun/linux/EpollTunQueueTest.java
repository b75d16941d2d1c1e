package io.sluice.tun.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.unix.FileDescriptor;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.api.tun.TunCounters;
import io.sluice.api.tun.TunException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A queue over one end of a socket pair that keeps packets apart, as a TUN descriptor does; the test holds the other end. */
class EpollTunQueueTest {

    private static final int AF_UNIX = 1;
    private static final int SOCK_SEQPACKET_NONBLOCK = 5 | 2048;
    private static final byte[] PLAIN = new byte[VnetHeader.SIZE];

    /** The system call that makes the pair. */
    static final class Pair {
        static {
            Native.register(Pair.class, NativeLibrary.getProcess());
        }

        private Pair() {}

        static native int socketpair(int domain, int type, int protocol, Pointer pair);
    }

    private EventLoopGroup loops;
    private FileDescriptor far;
    private EpollTunQueue queue;
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final BlockingQueue<ByteBuf> kept = new LinkedBlockingQueue<>();
    private volatile boolean keep;

    private final PacketHandler handler = new PacketHandler() {
        @Override
        public void packet(ByteBuf packet, PacketOffload offload) {
            seen.add(packet.toString(StandardCharsets.US_ASCII) + " " + offload.segmentation);
            if (keep) {
                kept.add(packet.retainedSlice());
            }
        }

        @Override
        public void batchComplete() {
            seen.add("batch");
        }

        @Override
        public void writable() {
            seen.add("writable");
        }

        @Override
        public void failed(TunException cause) {
            seen.add("failed " + cause.code());
        }
    };

    @BeforeEach
    void open() {
        loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try (Memory pair = new Memory(8)) {
            assertThat(Pair.socketpair(AF_UNIX, SOCK_SEQPACKET_NONBLOCK, 0, pair))
                    .isZero();
            queue = new EpollTunQueue("pair", 0, new FileDescriptor(pair.getInt(0)), VnetHeader.SIZE);
            far = new FileDescriptor(pair.getInt(4));
        }
    }

    @AfterEach
    void close() throws Exception {
        queue.close().sync();
        far.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        kept.forEach(ByteBuf::release);
    }

    private void arrive(byte[] header, String packet) throws Exception {
        ByteBuf out = Unpooled.directBuffer().writeBytes(header).writeBytes(packet.getBytes(StandardCharsets.US_ASCII));
        try {
            assertThat(far.writeAddress(out.memoryAddress(), 0, out.writerIndex()))
                    .isEqualTo(out.writerIndex());
        } finally {
            out.release();
        }
    }

    private void expect(String... events) throws InterruptedException {
        for (String event : events) {
            assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo(event);
        }
    }

    private <T> T onLoop(Callable<T> code) throws Exception {
        return loops.next().submit(code).get(30, TimeUnit.SECONDS);
    }

    private TunCounters counters() {
        return QueueCounters.sum(List.of(queue.counters()));
    }

    @Test
    void packets_waiting_comeInBatchesInOrder() throws Exception {
        arrive(PLAIN, "one");
        arrive(PLAIN, "two");
        queue.start(loops.next(), handler).sync();
        expect("one NONE", "two NONE", "batch");
        assertThat(counters().rxPackets()).isEqualTo(2);
        assertThat(counters().rxBytes()).isEqualTo(6);
    }

    @Test
    void packets_senseless_droppedAndCounted() throws Exception {
        arrive(new byte[] {0, 1, 0, 0, 0, 5, 0, 0, 0, 0}, "bad");
        arrive(PLAIN, "");
        arrive(new byte[] {0}, "");
        arrive(PLAIN, "good");
        queue.start(loops.next(), handler).sync();
        expect("good NONE", "batch");
        assertThat(counters().rxErrors()).isEqualTo(3);
    }

    @Test
    void packets_kept_areNeverOverwritten() throws Exception {
        keep = true;
        queue.start(loops.next(), handler).sync();
        String filler = "x".repeat(30_000);
        for (int i = 0; i < 40; i++) {
            arrive(PLAIN, i + filler);
            assertThat(seen.poll(30, TimeUnit.SECONDS)).startsWith(i + "x");
            expect("batch");
        }
        for (int i = 0; i < 40; i++) {
            ByteBuf packet = kept.take();
            assertThat(packet.toString(StandardCharsets.US_ASCII)).isEqualTo(i + filler);
            packet.release();
        }
    }

    @Test
    void packets_notKept_useOnePlace() throws Exception {
        LinkedBlockingQueue<Long> places = new LinkedBlockingQueue<>();
        queue.start(loops.next(), new PacketHandler() {
            @Override
            public void packet(ByteBuf packet, PacketOffload offload) {
                places.add(packet.memoryAddress() + packet.readerIndex());
            }

            @Override
            public void batchComplete() {}

            @Override
            public void writable() {}

            @Override
            public void failed(TunException cause) {}
        });
        for (int i = 0; i < 10; i++) {
            arrive(PLAIN, "packet");
        }
        Long first = places.poll(30, TimeUnit.SECONDS);
        assertThat(first % 16).isZero();
        for (int i = 1; i < 10; i++) {
            assertThat(places.poll(30, TimeUnit.SECONDS)).isEqualTo(first);
        }
    }

    @Test
    void write_pieces_arriveAsOnePacket() throws Exception {
        queue.start(loops.next(), handler).sync();
        ByteBuf headers = Unpooled.directBuffer().writeBytes("head-".getBytes(StandardCharsets.US_ASCII));
        ByteBuf[] parts = {
            Unpooled.directBuffer().writeBytes("direct-".getBytes(StandardCharsets.US_ASCII)),
            Unpooled.wrappedBuffer("heap-".getBytes(StandardCharsets.US_ASCII)),
            Unpooled.directBuffer()
                    .writeBytes("..end".getBytes(StandardCharsets.US_ASCII))
                    .skipBytes(2)
        };
        assertThat(onLoop(() -> queue.write(headers, parts, 3, new PacketOffload())))
                .isTrue();
        assertThat(onLoop(() -> queue.write(headers, parts, 1, new PacketOffload())))
                .isTrue();
        assertThat(departed()).isEqualTo("head-direct-heap-end");
        assertThat(departed()).isEqualTo("head-direct-");
        assertThat(parts[2].readerIndex()).isEqualTo(2);
        assertThat(counters().txBytes()).isEqualTo(20 + 12);
        assertThat(onLoop(() -> queue.write(headers, parts, 1, new PacketOffload().set(Segmentation.TCP, 5, true, 0))))
                .as("senseless offload is taken and dropped")
                .isTrue();
        assertThat(counters().txErrors()).isEqualTo(1);
        headers.release();
        for (ByteBuf part : parts) {
            part.release();
        }
    }

    private String departed() throws Exception {
        ByteBuf in = Unpooled.directBuffer(70_000);
        try {
            int length = far.readAddress(in.memoryAddress(), 0, in.capacity());
            return length <= 0
                    ? "nothing"
                    : in.writerIndex(length).skipBytes(VnetHeader.SIZE).toString(StandardCharsets.US_ASCII);
        } finally {
            in.release();
        }
    }

    @Test
    void write_full_refusedUntilWritable() throws Exception {
        queue.start(loops.next(), handler).sync();
        ByteBuf packet = Unpooled.directBuffer().writeZero(20_000);
        int taken = 0;
        while (onLoop(() -> queue.write(packet, new ByteBuf[0], 0, new PacketOffload()))) {
            taken++;
            assertThat(taken).isLessThan(10_000);
        }
        assertThat(counters().txFull()).isEqualTo(1);
        assertThat(seen).isEmpty();
        for (int i = 0; i < taken; i++) {
            departed();
        }
        expect("writable");
        assertThat(onLoop(() -> queue.write(packet, new ByteBuf[0], 0, new PacketOffload())))
                .isTrue();
        packet.release();
    }

    @Test
    void stop_thenStart_goesOnAndKeepsWhatWaited() throws Exception {
        queue.start(loops.next(), handler).sync();
        assertThatThrownBy(() -> queue.start(loops.next(), handler)).isInstanceOf(IllegalStateException.class);
        queue.stop().sync();
        arrive(PLAIN, "late");
        assertThat(seen.poll(100, TimeUnit.MILLISECONDS)).isNull();
        queue.start(loops.next(), handler).sync();
        expect("late NONE", "batch");
    }

    @Test
    void farEndGone_failsOnce() throws Exception {
        queue.start(loops.next(), handler).sync();
        far.close();
        expect("failed TUN_GONE");
        assertThat(seen.poll(100, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void start_loopWithoutEpoll_saysWhatIsMissing() throws Exception {
        EventLoopGroup nio = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        EventLoop loop = nio.next();
        assertThat(queue.start(loop, handler).await().cause())
                .isInstanceOf(TunException.class)
                .hasMessageContaining("needs an epoll event loop");
        nio.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        queue.start(loops.next(), handler).sync();
    }
}

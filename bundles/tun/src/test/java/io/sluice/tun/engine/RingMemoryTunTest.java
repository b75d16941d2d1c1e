package io.sluice.tun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.api.tun.TunException;
import io.sluice.api.tun.TunQueue;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RingMemoryTunTest {

    private final EventLoop loop = new DefaultEventLoop();
    private final AtomicInteger closed = new AtomicInteger();
    private final RingMemoryTun device = new RingMemoryTun("mem0", 1500, gone -> closed.incrementAndGet());
    private final TunQueue queue = device.queues().getFirst();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final PacketHandler handler = new PacketHandler() {
        @Override
        public void packet(ByteBuf packet, PacketOffload offload) {
            seen.add(packet.toString(StandardCharsets.US_ASCII));
        }

        @Override
        public void batchComplete() {
            seen.add("batch");
        }

        @Override
        public void writable() {}

        @Override
        public void failed(TunException cause) {}
    };

    @AfterEach
    void end() throws Exception {
        device.close();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    private static ByteBuf packet(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private void expect(String... events) throws InterruptedException {
        for (String event : events) {
            assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo(event);
        }
    }

    @Test
    void submit_beforeAndAfterStart_reachesTheHandlerAndIsReleased() throws Exception {
        ByteBuf early = packet("early");
        assertThat(device.submit(early)).isTrue();
        queue.start(loop, handler).sync();
        expect("early", "batch");
        assertThat(device.submit(packet("late"))).isTrue();
        expect("late", "batch");
        assertThat(early.refCnt()).isZero();
        assertThat(device.counters().rxPackets()).isEqualTo(2);
    }

    @Test
    void submit_ringFull_refusedAndReleased() {
        int taken = 0;
        ByteBuf packet = packet("p");
        while (device.submit(packet)) {
            taken++;
            packet = packet("p");
        }
        assertThat(taken).isEqualTo(1000);
        assertThat(packet.refCnt()).isZero();
        assertThat(device.counters().rxErrors()).isEqualTo(1);
    }

    @Test
    void stop_holdsPackets_untilTheNextStart() throws Exception {
        queue.start(loop, handler).sync();
        queue.stop().sync();
        device.submit(packet("held"));
        assertThat(seen.poll(50, TimeUnit.MILLISECONDS)).isNull();
        queue.start(loop, handler).sync();
        expect("held", "batch");
        assertThatThrownBy(() -> queue.start(loop, handler)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void write_pieces_reachTheSinkAsOnePacket() {
        assertThat(queue.write(packet("lost"), new ByteBuf[0], 0, new PacketOffload()))
                .isTrue();
        device.onPacket(out -> {
            seen.add(out.toString(StandardCharsets.US_ASCII));
            out.release();
        });
        ByteBuf[] parts = {packet("-body"), packet("-tail")};
        assertThat(queue.write(packet("head"), parts, 2, new PacketOffload())).isTrue();
        assertThat(seen.poll()).isEqualTo("head-body-tail");
        assertThat(queue.write(packet("gso"), parts, 2, new PacketOffload().set(Segmentation.TCP, 9, true, 20)))
                .isTrue();
        assertThat(seen.poll()).isNull();
        assertThat(device.counters().txErrors()).isEqualTo(2);
        assertThat(device.counters().txPackets()).isEqualTo(1);
    }

    @Test
    void close_twice_toldOnceAndNothingMoves() {
        ByteBuf waiting = packet("waiting");
        device.submit(waiting);
        device.close();
        device.close();
        assertThat(closed).hasValue(1);
        assertThat(waiting.refCnt()).isZero();
        assertThat(device.submit(packet("after"))).isFalse();
        assertThat(queue.write(packet("after"), new ByteBuf[0], 0, new PacketOffload()))
                .isFalse();
        assertThatThrownBy(() -> queue.start(loop, handler)).isInstanceOf(IllegalStateException.class);
    }
}

package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.netstack.CongestionAlgorithm;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.netstack.TcpSettings;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.api.tun.TunQueue;
import io.sluice.netstack.engine.EngineSetup;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.netstack.engine.TransportInput;
import io.sluice.wire.TcpHeader;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The engine allocates nothing per packet: what is measured is the whole path from packet to user and from user to device. */
class SteadyStateAllocationTest {

    private static final int SIZE = 40_000;
    private static final int ROUNDS = 20_000;

    /** At most: until the compiler, which a loaded machine keeps waiting, has made what allocates nothing. */
    private static final int LOOKS = 20;
    /** Less than the smallest object there is. */
    private static final long ALLOWED_BYTES_A_PACKET = 7;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Device device = new Device();
    private final PacketOffload offload = new PacketOffload();
    private long now = 1_000_000_000L;
    private StackEngine engine;
    private TcpConnection connection;
    private int serverIsn;
    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    /** Remembers the end of the last segment only. */
    private static final class Device implements TunQueue {
        int sequence;
        int end;

        @Override
        public int index() {
            return 0;
        }

        @Override
        public Future<Void> start(EventLoop loop, PacketHandler handler) {
            throw new UnsupportedOperationException("the test drives the engine itself");
        }

        @Override
        public Future<Void> stop() {
            throw new UnsupportedOperationException("the test drives the engine itself");
        }

        @Override
        public boolean write(ByteBuf headers, ByteBuf[] payload, int count, PacketOffload offload) {
            sequence = headers.getInt(headers.readerIndex() + 20 + TcpHeader.SEQUENCE);
            end = sequence;
            for (int i = 0; i < count; i++) {
                end += payload[i].readableBytes();
            }
            return true;
        }
    }

    @BeforeEach
    void establish() {
        establish(CongestionAlgorithm.CUBIC);
    }

    private void establish(CongestionAlgorithm algorithm) {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // it allocates for every buffer it watches
        engine = new StackEngine(new EngineSetup(
                device,
                1500,
                new OffloadCapabilities(true, true, true, true),
                StackConfig.defaults("tun", List.of()).with(TcpSettings.DEFAULTS.with(algorithm)),
                64 << 20,
                () -> now,
                new Random(3),
                PooledByteBufAllocator.DEFAULT,
                deadline -> {}));
        TcpUser user = new TcpUser() {
            @Override
            public void readable() {
                for (ByteBuf octets = connection.read(); octets != null; octets = connection.read()) {
                    octets.release();
                }
            }

            @Override
            public void writable() {}

            @Override
            public void ended(CloseReason reason) {}
        };
        TransportInput none = new TransportInput() {
            @Override
            public void input(IncomingPacket packet) {}

            @Override
            public void detach(CloseReason reason, long nowNanos) {}
        };
        TcpLayer tcp = new TcpLayer(engine, offer -> connection = offer.accept(user), (r, p, at, n, t) -> {});
        engine.protocols(tcp, none, none, none);
        input(packet(Seg.syn().scale(7).sackPermitted(true)));
        serverIsn = device.sequence;
        input(packet(Seg.ack().seq(1).ack(1).window(30_000)));
        assertThat(connection.state()).isEqualTo(TcpState.ESTABLISHED);
    }

    @AfterEach
    void detach() {
        ResourceLeakDetector.setLevel(level);
        engine.detach(CloseReason.SHUTDOWN, now);
        assertThat(engine.memory().usedBytes()).isZero();
    }

    private ByteBuf packet(Seg seg) {
        byte[] octets = seg.packet(0x0a00_0002, 0xc000_0201, 40_000, 80, 0, serverIsn);
        return PooledByteBufAllocator.DEFAULT.directBuffer(octets.length).writeBytes(octets);
    }

    private void input(ByteBuf packet) {
        send(packet, Segmentation.NONE);
        packet.release();
    }

    private void send(ByteBuf packet, Segmentation segmentation) {
        offload.set(segmentation, segmentation == Segmentation.NONE ? 0 : 1_460, true, 0);
        engine.input(packet, offload, now);
        engine.batchComplete(now);
        now += 50_000;
    }

    /** On a thread like the event loop's: elsewhere Netty does not use its slices again. */
    private long allocated(Runnable round) {
        FutureTask<Long> run = new FutureTask<>(() -> measured(round));
        new FastThreadLocalThread(run).start();
        try {
            return run.get();
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private long measured(Runnable round) {
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        long least = Long.MAX_VALUE;
        for (int look = 0; look < LOOKS && least > ALLOWED_BYTES_A_PACKET; look++) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
            for (int i = 0; i < ROUNDS; i++) {
                round.run();
            }
            long now = threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
            least = Math.min(least, (now - before) / ROUNDS);
        }
        return least;
    }

    @Test
    void superPackets_received_nothingAllocated() {
        ByteBuf packet = packet(Seg.bulk('x', SIZE).seq(1).ack(1).window(30_000));
        ByteBuffer nio = packet.nioBuffer();
        long bytes = allocated(() -> {
            send(packet, Segmentation.TCP);
            nio.putInt(20 + TcpHeader.SEQUENCE, nio.getInt(20 + TcpHeader.SEQUENCE) + SIZE);
        });
        packet.release();
        assertThat(bytes).as("octets allocated for each super-packet").isLessThanOrEqualTo(ALLOWED_BYTES_A_PACKET);
    }

    @Test
    void smallSegments_received_nothingAllocated() {
        ByteBuf packet = packet(Seg.bulk('x', 100).seq(1).ack(1).window(30_000));
        ByteBuffer nio = packet.nioBuffer();
        long bytes = allocated(() -> {
            send(packet, Segmentation.NONE);
            nio.putInt(20 + TcpHeader.SEQUENCE, nio.getInt(20 + TcpHeader.SEQUENCE) + 100);
        });
        packet.release();
        assertThat(bytes).as("octets allocated for each segment").isLessThanOrEqualTo(ALLOWED_BYTES_A_PACKET);
    }

    @Test
    void superPackets_sentAndAcknowledgedUnderBbr_nothingAllocated() {
        engine.detach(CloseReason.SHUTDOWN, now);
        establish(CongestionAlgorithm.BBR);
        superPackets_sentAndAcknowledged_nothingAllocated();
    }

    @Test
    void superPackets_sentAndAcknowledged_nothingAllocated() {
        ByteBuf acknowledgment = packet(Seg.ack().seq(1).ack(1).window(30_000));
        ByteBuf data = PooledByteBufAllocator.DEFAULT.directBuffer(SIZE).writeZero(SIZE);
        ByteBuffer nio = acknowledgment.nioBuffer();
        long bytes = allocated(() -> {
            connection.write(data.retain());
            connection.push();
            engine.tick(now);
            while (nio.getInt(20 + TcpHeader.ACKNOWLEDGMENT) != device.end) {
                nio.putInt(20 + TcpHeader.ACKNOWLEDGMENT, device.end);
                send(acknowledgment, Segmentation.NONE);
            }
        });
        acknowledgment.release();
        data.release();
        assertThat(bytes).as("octets allocated for each write").isLessThanOrEqualTo(ALLOWED_BYTES_A_PACKET);
    }
}

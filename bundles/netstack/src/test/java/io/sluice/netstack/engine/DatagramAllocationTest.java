package io.sluice.netstack.engine;

import static io.sluice.netstack.engine.Exchange.CLIENT4;
import static io.sluice.netstack.engine.Exchange.CLIENT6;
import static io.sluice.netstack.engine.Exchange.FAR4;
import static io.sluice.netstack.engine.Exchange.FAR6;
import static io.sluice.netstack.engine.Exchange.GATEWAY4;
import static io.sluice.netstack.engine.Exchange.GATEWAY6;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.api.tun.TunQueue;
import io.sluice.netstack.engine.udp.UdpSession;
import io.sluice.wire.IcmpRepr;
import io.sluice.wire.Icmpv4;
import io.sluice.wire.Icmpv6;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.UdpRepr;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Datagrams and echo of conversations under way make no object a packet, on a thread like the event loop's with Netty's pool. */
class DatagramAllocationTest {

    private static final int WARM_UP = 5_000;
    private static final int PACKETS = 20_000;

    /** At most: until the compiler, which a loaded machine keeps waiting, has made what allocates nothing. */
    private static final int ROUNDS = 50;

    /** The detector allocates a record for each buffer it tracks; the product runs without. */
    private ResourceLeakDetector.Level level;

    @BeforeEach
    void withoutDetector() {
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void withDetector() {
        ResourceLeakDetector.setLevel(level);
    }

    private static final class Sink implements TunQueue {

        private long packets;

        @Override
        public int index() {
            return 0;
        }

        @Override
        public Future<Void> start(EventLoop loop, PacketHandler handler) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<Void> stop() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean write(ByteBuf headers, ByteBuf[] payload, int count, PacketOffload offload) {
            packets++;
            return true;
        }
    }

    private static void echoes(UdpSession session) {
        session.accept(reason -> {});
        session.receiver(new DatagramReceiver() {
            @Override
            public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                // As a socket brings an answer: in a buffer of its own.
                int length = payload.readableBytes();
                ByteBuf answer =
                        payload.alloc().directBuffer(Math.max(1, length)).writeBytes(payload);
                payload.release();
                session.send(answer, segmentSize, peer);
            }

            @Override
            public void batchComplete() {
                session.flush();
            }
        });
    }

    /** Octets allocated by the packets, sent in turn, once everything is warm. */
    private static long allocated(OffloadCapabilities offload, PacketOffload how, ByteBuffer... packets)
            throws Exception {
        FutureTask<Long> run = new FutureTask<>(() -> measure(offload, how, packets));
        new FastThreadLocalThread(run).start();
        return run.get();
    }

    private static long measure(OffloadCapabilities offload, PacketOffload how, ByteBuffer... packets) {
        Sink sink = new Sink();
        Exchange.Options options = new Exchange.Options();
        options.allocator = new PooledByteBufAllocator(true);
        options.offload = offload;
        options.queue = sink;
        options.udp = DatagramAllocationTest::echoes;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Exchange x = new Exchange(options)) {
            ByteBuf[] templates = new ByteBuf[packets.length];
            for (int i = 0; i < packets.length; i++) {
                templates[i] = options.allocator.directBuffer().writeBytes(packets[i]);
            }
            ByteBuf memory = options.allocator.directBuffer(70_000);
            round(x, how, memory, templates, WARM_UP);
            long least = Long.MAX_VALUE;
            for (int i = 0; i < ROUNDS && least >= PACKETS; i++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                long sent = sink.packets;
                round(x, how, memory, templates, PACKETS);
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
                assertThat(sink.packets - sent).as("every packet is answered").isGreaterThanOrEqualTo(PACKETS);
            }
            memory.release();
            for (ByteBuf template : templates) {
                template.release();
            }
            return least;
        }
    }

    private static void round(Exchange x, PacketOffload how, ByteBuf memory, ByteBuf[] templates, int packets) {
        for (int i = 0; i < packets; i++) {
            ByteBuf template = templates[i % templates.length];
            // An echo reply overwrites its request, so each begins as a fresh copy.
            memory.setIndex(0, 0).writeBytes(template, template.readerIndex(), template.readableBytes());
            x.engine.input(memory, how, x.nowNanos());
            x.engine.batchComplete(x.nowNanos());
        }
    }

    private static void assertNothing(long octets) {
        assertThat(octets).as("octets allocated by %d packets", PACKETS).isLessThan(PACKETS);
    }

    @Test
    void datagrams_bothFamiliesSeveralPeers_allocateNothing() throws Exception {
        ByteBuffer[] packets = {
            PacketComposer.udp(CLIENT4, FAR4, new UdpRepr(1, 53), new byte[64]),
            PacketComposer.udp(CLIENT4, GATEWAY4, new UdpRepr(1, 53), new byte[64]),
            PacketComposer.udp(CLIENT6, FAR6, new UdpRepr(2, 443), new byte[1_400]),
            PacketComposer.udp(CLIENT6, GATEWAY6, new UdpRepr(2, 443), new byte[1_400])
        };
        assertNothing(allocated(OffloadCapabilities.NONE, new PacketOffload().none(), packets));
    }

    @Test
    void superPackets_allocateNothing() throws Exception {
        PacketOffload how = new PacketOffload().set(Segmentation.UDP, 1_400, true, 20);
        ByteBuffer packet = PacketComposer.udp(CLIENT4, FAR4, new UdpRepr(1, 53), new byte[14_000]);
        assertNothing(allocated(new OffloadCapabilities(true, true, true, true), how, packet));
    }

    @Test
    void echoToTheGateway_allocatesNothing() throws Exception {
        ByteBuffer[] packets = {
            PacketComposer.icmp(CLIENT4, GATEWAY4, IcmpRepr.echo(Icmpv4.ECHO_REQUEST, 1, 1), new byte[56]),
            PacketComposer.icmp(CLIENT6, GATEWAY6, IcmpRepr.echo(Icmpv6.ECHO_REQUEST, 1, 1), new byte[56])
        };
        assertNothing(allocated(OffloadCapabilities.NONE, new PacketOffload().none(), packets));
    }
}

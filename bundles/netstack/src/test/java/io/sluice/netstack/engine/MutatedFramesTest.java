package io.sluice.netstack.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.api.tun.TunQueue;
import io.sluice.netstack.engine.icmp.EchoOffer;
import io.sluice.netstack.engine.tcp.HalfOpen;
import io.sluice.netstack.engine.tcp.TcpConnection;
import io.sluice.netstack.engine.tcp.TcpUser;
import io.sluice.netstack.engine.udp.UdpSession;
import io.sluice.wire.Checksums;
import io.sluice.wire.Icmp;
import io.sluice.wire.IcmpRepr;
import io.sluice.wire.Icmpv4;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpRepr;
import io.sluice.wire.Verdict;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Packets that nobody should send, into a whole engine with users who accept, answer, refuse and forget: no exception, nothing malformed
 * sent, nothing leaked, memory flat, and the engine serves as before. Cases TC-02 and TC-20 for the whole stack.
 */
class MutatedFramesTest {

    /** {@code -Dsluice.frames=10000000} for the long run. */
    private static final int FRAMES = Integer.getInteger("sluice.frames", 500_000);

    /** No packet may hold up the others for as long. */
    private static final long STALL_NANOS = 1_000_000_000;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    private final CheckingQueue queue = new CheckingQueue();
    private Mutator mutator;
    private int accepted;

    /** Gives packets to nobody, but looks at them. */
    private final class CheckingQueue implements TunQueue {

        private final byte[] octets = new byte[70_000];
        private final ByteBuffer nio = ByteBuffer.wrap(octets);
        private int length;
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
            length = 0;
            take(headers);
            for (int i = 0; i < count; i++) {
                take(payload[i]);
            }
            packets++;
            Verdict verdict = octets[0] >> 4 == 4
                    ? Ipv4Header.check(nio, 0, length, Checksums.VERIFY)
                    : Ipv6Header.check(nio, 0, length);
            assertThat(verdict).isEqualTo(Verdict.OK);
            int total = octets[0] >> 4 == 4 ? Ipv4Header.totalLength(nio, 0) : Ipv6Header.totalLength(nio, 0);
            assertThat(total).isEqualTo(length);
            goOn();
            return packets % 97 != 0; // now and then the device is full
        }

        /** What a client would answer to SYN, ACK: the storm gets into established connections by it. */
        private void goOn() {
            boolean four = octets[0] >> 4 == 4;
            int at = four ? 20 : 40;
            int synAck = TcpHeader.SYN | TcpHeader.ACK;
            if (octets[four ? 9 : 6] != IpProtocol.TCP || TcpHeader.flags(nio, at) != synAck) {
                return;
            }
            TcpRepr said = TcpRepr.parse(nio, at);
            Optional<TcpRepr.Timestamps> stamps =
                    said.options().timestamps().map(t -> new TcpRepr.Timestamps(t.echo() + 1, t.value()));
            TcpRepr.Options options =
                    new TcpRepr.Options(OptionalInt.empty(), OptionalInt.empty(), false, stamps, List.of());
            for (int offset : new int[] {0, 0, 100, 200, 1_000}) {
                int flags = TcpHeader.ACK | (offset == 1_000 ? TcpHeader.FIN : 0);
                TcpRepr next = new TcpRepr(
                        said.destinationPort(),
                        said.sourcePort(),
                        said.acknowledgment() + offset,
                        said.sequence() + 1,
                        flags,
                        1_000,
                        0,
                        options);
                byte[] data = new byte[offset == 1_000 ? 0 : 100];
                mutator.learn(PacketComposer.tcp(Exchange.destination(nio), Exchange.source(nio), next, data));
            }
        }

        private void take(ByteBuf part) {
            int octets = part.readableBytes();
            part.getBytes(part.readerIndex(), this.octets, length, octets);
            length += octets;
        }
    }

    /** Reads, and sends back what it read. */
    private static final class EchoingUser implements TcpUser {

        private TcpConnection connection;

        @Override
        public void readable() {
            if (connection == null) {
                return;
            }
            for (ByteBuf octets = connection.read(); octets != null; octets = connection.read()) {
                connection.write(octets);
            }
            connection.push();
        }

        @Override
        public void writable() {}

        @Override
        public void ended(CloseReason reason) {}
    }

    private void stream(HalfOpen offer) {
        switch (mutator.random().nextInt(4)) {
            case 0 -> offer.reject(CloseReason.CONNECT_REFUSED);
            case 1 -> {} // left waiting
            default -> {
                EchoingUser user = new EchoingUser();
                user.connection = offer.accept(user);
                accepted++;
            }
        }
    }

    private void datagrams(UdpSession session) {
        switch (mutator.random().nextInt(4)) {
            case 0 -> session.reject(CloseReason.POLICY_REJECTED);
            case 1 -> {} // left waiting
            default -> {
                session.accept(reason -> {});
                session.receiver(new DatagramReceiver() {
                    @Override
                    public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                        session.send(payload, segmentSize, peer);
                    }

                    @Override
                    public void batchComplete() {
                        session.flush();
                    }
                });
            }
        }
    }

    private void echo(EchoOffer offer) {
        switch (mutator.random().nextInt(4)) {
            case 0 -> offer.reject(CloseReason.UNREACHABLE);
            case 1 -> {} // left waiting
            default -> offer.reply();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, true"})
    void mutatedFrames_engineUnmoved(long seed, boolean offloads) {
        mutator = new Mutator(seed, CapturedPackets.all());
        Exchange.Options options = new Exchange.Options();
        options.allocator = allocator;
        options.queue = queue;
        options.maxSessions = 256;
        options.memory = 8 << 20;
        options.offload = offloads ? new OffloadCapabilities(true, true, true, true) : OffloadCapabilities.NONE;
        options.tcp = this::stream;
        options.udp = this::datagrams;
        options.echo = this::echo;
        PacketOffload how = new PacketOffload();
        try (Exchange x = new Exchange(options)) {
            ByteBuf memory = allocator.directBuffer(4_096);
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long heapEarly = 0;
            long longest = 0;
            for (int frame = 0; frame < FRAMES; frame++) {
                byte[] octets = mutator.next();
                memory.setIndex(0, 0).writeBytes(octets, 0, mutator.length());
                PacketOffload offload = offloadOf(how);
                long begun = threads.getCurrentThreadCpuTime(); // what others take of the processor is no stall
                x.engine.input(memory, offload, x.nowNanos());
                longest = Math.max(longest, threads.getCurrentThreadCpuTime() - begun);
                if (memory.refCnt() > 1) {
                    memory.release(); // somebody keeps a part: the device takes fresh memory
                    memory = allocator.directBuffer(4_096);
                }
                if (frame % 16 == 0) {
                    x.engine.batchComplete(x.nowNanos());
                    x.at(frame / 4);
                }
                if (frame == FRAMES / 4) {
                    heapEarly = heap();
                }
            }
            memory.release();
            long growth = heap() - heapEarly;
            System.out.printf(
                    "%d frames, seed %d: heap grew by %d octets over the last three quarters, longest input %d µs, %d connections%n",
                    FRAMES, seed, growth, longest / 1_000, accepted);
            assertThat(growth).as("heap growth in octets").isLessThan(4 << 20);
            assertThat(longest).as("the longest input in ns").isLessThan(STALL_NANOS);
            assertThat(x.engine.memory().usedBytes()).isLessThanOrEqualTo(8 << 20);
            assertThat(accepted).as("the storm reaches connections").isPositive();
            Counters counters = x.engine.counters();
            assertThat(counters.of(Counter.TCP_CONNECTIONS_ESTABLISHED)).isPositive();
            assertThat(counters.of(Counter.UDP_DATAGRAMS_SENT)).isPositive();
            assertThat(counters.of(Counter.IP_FRAGMENTS)).isPositive();
            assertThat(counters.of(Counter.INTERNAL_FAULTS)).isZero();
            expectPing(x);
        }
        assertThat(allocator.metric().usedDirectMemory()).as("octets leaked").isZero();
    }

    private PacketOffload offloadOf(PacketOffload how) {
        how.none();
        how.partialChecksum = mutator.random().nextBoolean();
        if (how.partialChecksum && mutator.random().nextInt(8) == 0) {
            Segmentation kind = mutator.random().nextBoolean() ? Segmentation.TCP : Segmentation.UDP;
            how.set(kind, 1 + mutator.random().nextInt(1_500), true, 0);
        }
        return how;
    }

    private void expectPing(Exchange x) {
        queue.packets = 1;
        ByteBuffer request = PacketComposer.icmp(
                Exchange.CLIENT4, Exchange.GATEWAY4, IcmpRepr.echo(Icmpv4.ECHO_REQUEST, 3, 4), new byte[32]);
        x.inject(request, new PacketOffload().none()); // the answer comes at once, before any timer speaks
        assertThat(Icmp.type(queue.nio, 20)).isEqualTo(Icmpv4.ECHO_REPLY);
        assertThat(Icmp.identifier(queue.nio, 20)).isEqualTo(3);
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}

package io.sluice.netstack.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.TunQueue;
import io.sluice.netstack.engine.icmp.EchoOffer;
import io.sluice.netstack.engine.icmp.IcmpErrorSender;
import io.sluice.netstack.engine.icmp.IcmpLayer;
import io.sluice.netstack.engine.icmp.TcpErrors;
import io.sluice.netstack.engine.ip.Fragmenter;
import io.sluice.netstack.engine.ip.SlowPath;
import io.sluice.netstack.engine.tcp.HalfOpen;
import io.sluice.netstack.engine.tcp.TcpLayer;
import io.sluice.netstack.engine.udp.UdpLayer;
import io.sluice.netstack.engine.udp.UdpSession;
import io.sluice.wire.Ip4Address;
import io.sluice.wire.Ip6Address;
import io.sluice.wire.IpAddress;
import io.sluice.wire.IpVersion;
import io.sluice.wire.PacketText;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A client talks to hosts beyond the gateway through a whole engine, on a virtual clock. The gateway's addresses are 172.19.0.1/30 and
 * fdfe::1/126, so its far end is 172.19.0.2 and fdfe::2.
 */
public final class Exchange implements AutoCloseable {

    public static final IpAddress CLIENT4 = address("10.0.0.2");
    public static final IpAddress CLIENT6 = address("fd00::2");
    public static final IpAddress FAR4 = address("192.0.2.1");
    public static final IpAddress FAR6 = address("2001:db8::1");
    public static final IpAddress GATEWAY4 = address("172.19.0.2");
    public static final IpAddress GATEWAY6 = address("fdfe::2");

    /** What the device and the bounds are. */
    public static final class Options {
        public int mtu = 1500;
        public OffloadCapabilities offload = OffloadCapabilities.NONE;
        public int maxSessions = 16;
        public Duration udpIdle = Duration.ofMinutes(5);
        public long memory = 64 << 20;
        public List<IpPrefix> addresses = List.of(IpPrefix.parse("172.19.0.1/30"), IpPrefix.parse("fdfe::1/126"));
        public ByteBufAllocator allocator = UnpooledByteBufAllocator.DEFAULT;
        public TunQueue queue;
        public Consumer<HalfOpen> tcp = offer -> offer.reject(CloseReason.POLICY_REJECTED);
        public Consumer<UdpSession> udp;
        public Consumer<EchoOffer> echo = EchoOffer::reply;
    }

    /** A datagram as a receiver got it. */
    public record Received(byte[] octets, int segmentSize, InetSocketAddress peer) {}

    public final CapturedQueue queue = new CapturedQueue();
    public final StackEngine engine;
    public final TcpLayer tcp;
    public final UdpLayer udp;
    public final List<UdpSession> sessions = new ArrayList<>();
    public final List<Received> received = new ArrayList<>();
    public final List<CloseReason> ended = new ArrayList<>();
    public final List<String> tcpErrors = new ArrayList<>();
    public int batches;

    private final Fragmenter fragmenter;
    private final IcmpErrorSender errors;
    private final ByteBufAllocator allocator;
    private final long startNanos = 1_000_000_000_000L;
    private long nowNanos = startNanos;
    private long alarmNanos = Long.MAX_VALUE;

    public Exchange() {
        this(new Options());
    }

    public Exchange(Options options) {
        allocator = options.allocator;
        engine = new StackEngine(new EngineSetup(
                options.queue == null ? queue : options.queue,
                options.mtu,
                options.offload,
                new StackConfig("tun", options.addresses, 100, 50, options.maxSessions, options.udpIdle),
                options.memory,
                () -> nowNanos,
                new Random(7),
                allocator,
                deadline -> alarmNanos = deadline));
        LocalAddresses own = new LocalAddresses(options.addresses);
        fragmenter = new Fragmenter(engine);
        errors = new IcmpErrorSender(engine, own);
        tcp = new TcpLayer(engine, options.tcp::accept, errors);
        Consumer<UdpSession> takes = options.udp == null ? this::take : options.udp;
        udp = new UdpLayer(engine, takes::accept, own, fragmenter, errors);
        TcpErrors told = (hard, mtu, rh, rl, lh, ll, ports, sequence, now) -> {
            tcpErrors.add((hard ? "hard" : "soft") + " mtu " + mtu + " sequence " + sequence);
            tcp.icmpError(hard, mtu, rh, rl, lh, ll, ports, sequence, now);
        };
        IcmpLayer icmp = new IcmpLayer(engine, own, options.echo::accept, fragmenter, errors, told, udp::packetTooBig);
        engine.protocols(tcp, udp, icmp, new SlowPath(engine, errors));
    }

    /** Accepts and records. */
    public void take(UdpSession session) {
        sessions.add(session);
        session.accept(ended::add);
        session.receiver(new DatagramReceiver() {
            @Override
            public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                byte[] octets = new byte[payload.readableBytes()];
                payload.readBytes(octets).release();
                received.add(new Received(octets, segmentSize, peer));
            }

            @Override
            public void batchComplete() {
                batches++;
            }
        });
    }

    public static IpAddress address(String text) {
        return IpAddress.of(InetAddress.ofLiteral(text));
    }

    public static InetSocketAddress socket(IpAddress address, int port) {
        return new InetSocketAddress(address.toInetAddress(), port);
    }

    public UdpSession session() {
        return sessions.getLast();
    }

    /** Moves the clock to so many milliseconds after the start; timers fire on their way. */
    public Exchange at(long milliseconds) {
        long target = startNanos + milliseconds * 1_000_000;
        while (alarmNanos <= target) {
            nowNanos = Math.max(nowNanos, alarmNanos);
            alarmNanos = Long.MAX_VALUE;
            engine.tick(nowNanos);
        }
        nowNanos = Math.max(nowNanos, target);
        return this;
    }

    public long nowNanos() {
        return nowNanos;
    }

    /** One packet, a batch of its own. */
    public Exchange send(ByteBuffer packet) {
        return send(packet, new PacketOffload().none());
    }

    public Exchange send(ByteBuffer packet, PacketOffload offload) {
        inject(packet, offload);
        engine.batchComplete(nowNanos);
        return this;
    }

    public void inject(ByteBuffer packet, PacketOffload offload) {
        int length = packet.remaining();
        // As the device does: the packet lies somewhere in a larger piece of memory.
        ByteBuf buffer = allocator.directBuffer(length + 32).setIndex(16, 16).writeBytes(packet.duplicate());
        engine.input(buffer, offload, nowNanos);
        assertThat(buffer.readerIndex()).as("the borrowed packet's indices").isEqualTo(16);
        assertThat(buffer.writerIndex()).as("the borrowed packet's indices").isEqualTo(16 + length);
        buffer.release();
    }

    /** The next packet sent. */
    public CapturedQueue.Packet next() {
        CapturedQueue.Packet packet = queue.packets.poll();
        assertThat(packet).as("a packet was expected but nothing was sent").isNotNull();
        return packet;
    }

    public ByteBuffer nextOctets() {
        return ByteBuffer.wrap(next().octets());
    }

    public Exchange expectNothing() {
        assertThat(queue.packets)
                .extracting(p -> PacketText.of(ByteBuffer.wrap(p.octets()), 0, p.octets().length))
                .isEmpty();
        return this;
    }

    public Exchange expectCounted(Counter counter, long times) {
        assertThat(engine.counters().of(counter)).as(counter.text()).isEqualTo(times);
        return this;
    }

    /** Source address of a packet. */
    public static IpAddress source(ByteBuffer packet) {
        return IpVersion.of(packet, 0) == IpVersion.V4
                ? new Ip4Address(packet.getInt(12))
                : new Ip6Address(packet.getLong(8), packet.getLong(16));
    }

    /** Destination address of a packet. */
    public static IpAddress destination(ByteBuffer packet) {
        return IpVersion.of(packet, 0) == IpVersion.V4
                ? new Ip4Address(packet.getInt(16))
                : new Ip6Address(packet.getLong(24), packet.getLong(32));
    }

    @Override
    public void close() {
        engine.detach(CloseReason.SHUTDOWN, nowNanos);
        fragmenter.release();
        errors.release();
    }
}

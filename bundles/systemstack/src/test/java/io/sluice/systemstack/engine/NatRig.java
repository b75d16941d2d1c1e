package io.sluice.systemstack.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.netstack.TcpSettings;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.api.tun.TunQueue;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.EngineSetup;
import io.sluice.netstack.engine.LocalAddresses;
import io.sluice.netstack.engine.MappedAddress;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.netstack.engine.icmp.IcmpErrorSender;
import io.sluice.netstack.engine.icmp.IcmpLayer;
import io.sluice.netstack.engine.ip.Fragmenter;
import io.sluice.netstack.engine.ip.SlowPath;
import io.sluice.netstack.engine.udp.UdpLayer;
import io.sluice.wire.Ip4Address;
import io.sluice.wire.Ip6Address;
import io.sluice.wire.IpAddress;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpRepr;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/**
 * A client and a kernel on the two sides of a translation, on a virtual clock; the test plays both. The device is 10.67.0.1/24 and fd67::1/64, the
 * kernel listens there at 4444 and 6666.
 */
final class NatRig implements TunQueue, AutoCloseable {

    static final IpAddress CLIENT4 = IpAddress.parse("10.0.0.2");
    static final IpAddress CLIENT6 = IpAddress.parse("fd00::2");
    static final IpAddress HOST4 = IpAddress.parse("192.0.2.1");
    static final IpAddress HOST6 = IpAddress.parse("2001:db8::1");
    static final IpAddress OWN4 = IpAddress.parse("10.67.0.1");
    static final IpAddress FAR4 = IpAddress.parse("10.67.0.2");
    static final IpAddress OWN6 = IpAddress.parse("fd67::1");
    static final IpAddress FAR6 = IpAddress.parse("fd67::2");
    static final int LISTENER4 = 4444;
    static final int LISTENER6 = 6666;

    private static final List<IpPrefix> ADDRESSES =
            List.of(IpPrefix.parse("10.67.0.1/24"), IpPrefix.parse("fd67::1/64"));

    /** A packet as the device would have got it. */
    record Sent(ByteBuffer octets, Segmentation segmentation, int segmentSize, boolean partial, int transportOffset) {

        boolean v6() {
            return octets.get(0) >> 4 == 6;
        }

        int transportAt() {
            return v6() ? 40 : 20;
        }

        TcpRepr tcp() {
            return TcpRepr.parse(octets, transportAt());
        }

        IpAddress source() {
            return v6() ? new Ip6Address(octets.getLong(8), octets.getLong(16)) : new Ip4Address(octets.getInt(12));
        }

        IpAddress destination() {
            return v6() ? new Ip6Address(octets.getLong(24), octets.getLong(32)) : new Ip4Address(octets.getInt(16));
        }

        boolean has(int flags) {
            return tcp().flags() == flags;
        }
    }

    /** The kernel's end. */
    static final class Connection implements KernelConnection {
        int resets;
        CloseReason reason;

        @Override
        public void reset() {
            resets++;
        }

        @Override
        public void ended(CloseReason why) {
            reason = why;
        }
    }

    final Deque<Sent> sent = new ArrayDeque<>();
    final List<NatSession> offered = new ArrayList<>();
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    final StackEngine engine;
    final TcpNat nat;
    int unanswered;
    int cancelled;

    private final Fragmenter fragmenter;
    private final IcmpErrorSender errors;
    private final long start = 1_000_000_000_000L;
    private long now = start;
    private long alarm = Long.MAX_VALUE;

    NatRig() {
        this(100, 50, true);
    }

    NatRig(int maxConnections, int maxHalfOpen, boolean offload) {
        this(maxConnections, maxHalfOpen, offload, TcpSettings.DEFAULTS);
    }

    NatRig(int maxConnections, int maxHalfOpen, boolean offload, TcpSettings tcp) {
        engine = new StackEngine(new EngineSetup(
                this,
                1500,
                offload ? new OffloadCapabilities(true, true, true, true) : OffloadCapabilities.NONE,
                new StackConfig("tun", ADDRESSES, maxConnections, maxHalfOpen, 16, Duration.ofMinutes(5), tcp),
                1 << 20,
                () -> now,
                new Random(11),
                allocator,
                deadline -> alarm = deadline));
        LocalAddresses own = new LocalAddresses(ADDRESSES);
        fragmenter = new Fragmenter(engine);
        errors = new IcmpErrorSender(engine, own);
        nat = new TcpNat(
                engine,
                side(OWN4, FAR4, LISTENER4),
                side(OWN6, FAR6, LISTENER6),
                errors,
                this::offered,
                OtherQueues.NONE,
                () -> unanswered++);
        UdpLayer udp =
                new UdpLayer(engine, session -> session.reject(CloseReason.CONNECT_REFUSED), own, fragmenter, errors);
        IcmpLayer icmp = new IcmpLayer(engine, own, offer -> {}, fragmenter, errors, nat, udp::packetTooBig);
        engine.protocols(nat, udp, icmp, new SlowPath(engine, errors));
    }

    private static KernelSide side(IpAddress own, IpAddress far, int port) {
        return new KernelSide(high(own), low(own), high(far), low(far), port);
    }

    static long high(IpAddress address) {
        return address instanceof Ip6Address six ? six.high() : 0;
    }

    static long low(IpAddress address) {
        return switch (address) {
            case Ip4Address four -> MappedAddress.low(four.bits());
            case Ip6Address six -> six.low();
        };
    }

    private void offered(NatSession session) {
        session.onCancel(() -> cancelled++);
        offered.add(session);
    }

    // ---- what the two sides send

    static TcpRepr header(int from, int to, int sequence, int acknowledgment, int flags) {
        return new TcpRepr(from, to, sequence, acknowledgment, flags, 1_000, 0, TcpRepr.Options.NONE);
    }

    static TcpRepr syn(int from, int to, int sequence) {
        TcpRepr.Options options = new TcpRepr.Options(
                OptionalInt.of(1460), OptionalInt.of(7), true, Optional.of(new TcpRepr.Timestamps(777, 0)), List.of());
        return new TcpRepr(from, to, sequence, 0, TcpHeader.SYN, 64_000, 0, options);
    }

    static TcpRepr synAck(int from, int to, int sequence, int acknowledgment) {
        TcpRepr.Options options = new TcpRepr.Options(
                OptionalInt.of(1460),
                OptionalInt.of(9),
                true,
                Optional.of(new TcpRepr.Timestamps(5_555, 777)),
                List.of());
        return new TcpRepr(from, to, sequence, acknowledgment, TcpHeader.SYN | TcpHeader.ACK, 65_000, 0, options);
    }

    NatRig client(TcpRepr header, byte... payload) {
        return give(PacketComposer.tcp(CLIENT4, HOST4, header, payload), new PacketOffload().none());
    }

    NatRig kernel(TcpRepr header, byte... payload) {
        return give(PacketComposer.tcp(OWN4, FAR4, header, payload), new PacketOffload().none());
    }

    NatRig give(ByteBuffer packet, PacketOffload offload) {
        int length = packet.remaining();
        ByteBuf buffer = allocator.directBuffer(length + 32).setIndex(16, 16).writeBytes(packet.duplicate());
        engine.input(buffer, offload, now);
        engine.batchComplete(now);
        assertThat(buffer.readerIndex()).as("the borrowed packet's indices").isEqualTo(16);
        assertThat(buffer.writerIndex()).as("the borrowed packet's indices").isEqualTo(16 + length);
        assertThat(buffer.release()).as("the only owner").isTrue();
        return this;
    }

    /** Moves the clock to so many milliseconds after the start. */
    NatRig at(long milliseconds) {
        long target = start + milliseconds * 1_000_000;
        while (alarm <= target) {
            now = Math.max(now, alarm);
            alarm = Long.MAX_VALUE;
            engine.tick(now);
        }
        now = Math.max(now, target);
        return this;
    }

    Sent next() {
        Sent packet = sent.poll();
        assertThat(packet).as("a packet was expected but nothing was sent").isNotNull();
        return packet;
    }

    NatRig expectNothing() {
        assertThat(sent).extracting(p -> p.source() + " " + p.tcp()).isEmpty();
        return this;
    }

    NatRig expectCounted(Counter counter, long times) {
        assertThat(engine.counters().of(counter)).as(counter.text()).isEqualTo(times);
        return this;
    }

    /** The port that stands for the session whose SYN is sent next. */
    int forwardedSyn() {
        Sent syn = next();
        assertThat(syn.tcp().flags()).isEqualTo(TcpHeader.SYN);
        return syn.tcp().sourcePort();
    }

    /** A session from port 1000 to 80 whose handshake with the kernel (ISN 9000) is complete, offered. The client's ISN is 100. */
    Connection offer(int clientPort) {
        client(syn(clientPort, 80, 100));
        int port = forwardedSyn();
        kernel(synAck(LISTENER4, port, 9_000, 101));
        assertThat(next().has(TcpHeader.ACK)).isTrue();
        Connection connection = new Connection();
        NatSession session = nat.accepted(false, high(FAR4), low(FAR4), port, connection);
        assertThat(session).isNotNull();
        nat.offer(session);
        expectNothing();
        return connection;
    }

    /** The same, established. */
    Connection establish(int clientPort) {
        Connection connection = offer(clientPort);
        assertThat(session().accept()).isTrue();
        next();
        client(header(clientPort, 80, 101, 9_001, TcpHeader.ACK));
        next();
        return connection;
    }

    NatSession session() {
        return offered.getLast();
    }

    // ---- the device

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
    public boolean write(ByteBuf headers, ByteBuf[] payload, int count, PacketOffload how) {
        assertThat(count).isZero();
        byte[] octets = new byte[headers.readableBytes()];
        headers.getBytes(headers.readerIndex(), octets);
        sent.add(new Sent(
                ByteBuffer.wrap(octets), how.segmentation, how.segmentSize, how.partialChecksum, how.transportOffset));
        return true;
    }

    @Override
    public void close() {
        engine.detach(CloseReason.SHUTDOWN, now);
        fragmenter.release();
        errors.release();
        assertThat(allocator.metric().usedDirectMemory())
                .as("memory given back")
                .isZero();
    }
}

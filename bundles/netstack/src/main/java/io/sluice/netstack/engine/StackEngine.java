package io.sluice.netstack.engine;

import io.netty.buffer.ByteBuf;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.wire.Checksums;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.IpVersion;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Chain;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;

/**
 * The stack of one TUN queue.
 *
 * <p>Theory of operation. {@link #input} takes the packets of a wake-up one by one: it checks the IP header, fills the {@link
 * IncomingPacket} and calls the protocol. Protocols note what changed and act on it in {@link #batchComplete}: users get their octets, each
 * connection sends at most one acknowledgement. {@link #tick} expires timers. Between these calls, users write and close; what they do takes
 * effect at once. Fragments and packets with other protocols go to {@link #slowPath}.
 */
public final class StackEngine {

    /** {@link IncomingPacket#protocol} of a fragment: no transport header can be looked at yet. */
    public static final int FRAGMENT = IpProtocol.FRAGMENT;

    /** {@link IncomingPacket#protocol} of an IPv6 packet whose chain wants a Parameter Problem; {@code chain} says which. */
    public static final int REFUSED_CHAIN = -1;

    private final EngineSetup setup;
    private final Counters counters = new Counters();
    private final TimerWheel wheel;
    private final IpOutput output;
    private final MemoryBudget memory;
    private final IncomingPacket packet = new IncomingPacket();

    private TransportInput tcp;
    private TransportInput udp;
    private TransportInput icmp;
    private TransportInput slowPath;

    public StackEngine(EngineSetup setup) {
        this.setup = setup;
        this.wheel = new TimerWheel(setup.clock().getAsLong(), setup.alarm());
        this.output = new IpOutput(setup, counters);
        this.memory = new MemoryBudget(setup.memoryLimit());
    }

    /**
     * Sets the protocols; before the first packet.
     *
     * @param slowPath {@link #FRAGMENT}s, {@link #REFUSED_CHAIN}s, and packets of any other protocol
     */
    public void protocols(TransportInput tcp, TransportInput udp, TransportInput icmp, TransportInput slowPath) {
        this.tcp = tcp;
        this.udp = udp;
        this.icmp = icmp;
        this.slowPath = slowPath;
    }

    public EngineSetup setup() {
        return setup;
    }

    public Counters counters() {
        return counters;
    }

    public TimerWheel wheel() {
        return wheel;
    }

    public IpOutput output() {
        return output;
    }

    public MemoryBudget memory() {
        return memory;
    }

    /** Now, for what users do between the calls of the driver. */
    public long nowNanos() {
        return setup.clock().getAsLong();
    }

    /** One packet or super-packet from the device; borrowed. */
    public void input(ByteBuf buffer, PacketOffload offload, long nowNanos) {
        int length = buffer.readableBytes();
        counters.count(Counter.RX_PACKETS);
        counters.add(Counter.RX_BYTES, length);
        if (length == 0) {
            counters.malformed(Verdict.TRUNCATED);
            return;
        }
        packet.checksums = offload.partialChecksum ? Checksums.OFFLOADED : Checksums.VERIFY;
        packet.segmentation = offload.segmentation;
        packet.segmentSize = 0;
        if (offload.segmentation != Segmentation.NONE) {
            counters.count(Counter.RX_SUPER_PACKETS);
            packet.segmentSize = offload.segmentSize;
        }
        packet.nowNanos = nowNanos;
        packet.buffer = buffer;
        packet.nio = buffer.internalNioBuffer(buffer.readerIndex(), length);
        packet.at = packet.nio.position();
        packet.bufferShift = buffer.readerIndex() - packet.at;
        dispatch(length);
        packet.buffer = null;
        packet.nio = null;
    }

    /** A packet put together from fragments: as {@link #input}, but not counted again. The transport checksum is verified. */
    public void reassembled(ByteBuf buffer, long nowNanos) {
        packet.checksums = Checksums.VERIFY;
        packet.segmentation = Segmentation.NONE;
        packet.segmentSize = 0;
        packet.nowNanos = nowNanos;
        packet.buffer = buffer;
        packet.nio = buffer.internalNioBuffer(buffer.readerIndex(), buffer.readableBytes());
        packet.at = packet.nio.position();
        packet.bufferShift = buffer.readerIndex() - packet.at;
        dispatch(buffer.readableBytes());
    }

    /** The packets of one wake-up are in. */
    public void batchComplete(long nowNanos) {
        tcp.batchComplete(nowNanos);
        udp.batchComplete(nowNanos);
        icmp.batchComplete(nowNanos);
    }

    /** Expires the timers that are due. */
    public void tick(long nowNanos) {
        wheel.advance(nowNanos);
        batchComplete(nowNanos);
    }

    /** The device takes packets again. */
    public void writable(long nowNanos) {
        tcp.writable(nowNanos);
        udp.writable(nowNanos);
    }

    /** Ends every flow with the reason; nothing may be called afterwards. */
    public void detach(CloseReason reason, long nowNanos) {
        tcp.detach(reason, nowNanos);
        udp.detach(reason, nowNanos);
        icmp.detach(reason, nowNanos);
        slowPath.detach(reason, nowNanos);
        output.release();
    }

    private void dispatch(int available) {
        ByteBuffer nio = packet.nio;
        int at = packet.at;
        int version = IpVersion.of(nio, at);
        Verdict verdict = version == IpVersion.V4
                ? fillV4(nio, at, available)
                : version == IpVersion.V6 ? fillV6(nio, at, available) : Verdict.BAD_VERSION;
        if (verdict != Verdict.OK) {
            counters.malformed(verdict);
            return;
        }
        Counter martian = Martians.judge(packet);
        if (martian != null) {
            counters.count(martian);
            return;
        }
        switch (packet.protocol) {
            case IpProtocol.TCP -> tcp.input(packet);
            case IpProtocol.UDP -> udp.input(packet);
            case IpProtocol.ICMPV4 -> (packet.v6 ? slowPath : icmp).input(packet);
            case IpProtocol.ICMPV6 -> (packet.v6 ? icmp : slowPath).input(packet);
            default -> slowPath.input(packet);
        }
    }

    private Verdict fillV4(ByteBuffer nio, int at, int available) {
        Verdict verdict = Ipv4Header.check(nio, at, available, Checksums.VERIFY);
        if (verdict != Verdict.OK) {
            return verdict;
        }
        packet.v6 = false;
        packet.length = Ipv4Header.totalLength(nio, at);
        packet.sourceHigh = 0;
        packet.sourceLow = MappedAddress.low(Ipv4Header.source(nio, at));
        packet.destinationHigh = 0;
        packet.destinationLow = MappedAddress.low(Ipv4Header.destination(nio, at));
        packet.addressSum = Ipv4Header.addressSum(nio, at);
        packet.trafficClass = Ipv4Header.tos(nio, at);
        packet.hopLimit = Ipv4Header.ttl(nio, at);
        packet.protocol = Ipv4Header.isFragment(nio, at) ? FRAGMENT : Ipv4Header.protocol(nio, at);
        packet.transportAt = Ipv4Header.payloadAt(nio, at);
        packet.transportLength = Ipv4Header.payloadLength(nio, at);
        return Verdict.OK;
    }

    private Verdict fillV6(ByteBuffer nio, int at, int available) {
        Verdict verdict = Ipv6Header.check(nio, at, available);
        if (verdict != Verdict.OK) {
            return verdict;
        }
        packet.v6 = true;
        packet.length = Ipv6Header.totalLength(nio, at);
        packet.sourceHigh = Ipv6Header.sourceHigh(nio, at);
        packet.sourceLow = Ipv6Header.sourceLow(nio, at);
        packet.destinationHigh = Ipv6Header.destinationHigh(nio, at);
        packet.destinationLow = Ipv6Header.destinationLow(nio, at);
        packet.addressSum = Ipv6Header.addressSum(nio, at);
        packet.trafficClass = Ipv6Header.trafficClass(nio, at);
        packet.hopLimit = Ipv6Header.hopLimit(nio, at);
        verdict = packet.chain.walk(nio, at);
        if (verdict != Verdict.OK) {
            if (packet.chain.answerCode() == Ipv6Chain.SILENT) {
                return verdict;
            }
            // RFC 8200 §4, §4.2: the slow path answers with Parameter Problem.
            counters.malformed(verdict);
            packet.protocol = REFUSED_CHAIN;
            return Verdict.OK;
        }
        packet.protocol = packet.chain.isFragment() ? FRAGMENT : packet.chain.protocol();
        packet.transportAt = at + packet.chain.payloadOffset();
        packet.transportLength = packet.chain.payloadLength();
        return Verdict.OK;
    }
}

package io.sluice.netstack.engine.icmp;

import io.netty.buffer.ByteBuf;
import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.LocalAddresses;
import io.sluice.netstack.engine.MappedAddress;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.netstack.engine.TransportInput;
import io.sluice.netstack.engine.ip.Fragmenter;
import io.sluice.netstack.engine.ip.IpErrors;
import io.sluice.wire.Checksums;
import io.sluice.wire.Icmp;
import io.sluice.wire.Icmpv4;
import io.sluice.wire.Icmpv6;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/**
 * All ICMP of one engine.
 *
 * <p>An echo request for the gateway is answered in the memory it came in: addresses swapped, type changed, checksum corrected by the
 * difference, nothing copied. One for a host beyond is offered. Errors go to {@link ReceivedErrors}. Anything else (neighbour and router
 * discovery, timestamps) has no meaning on a link without neighbours, and is counted.
 */
public final class IcmpLayer implements TransportInput {

    /** IANA "IP Time to Live Parameter". */
    static final int HOP_LIMIT = 64;

    private final StackEngine engine;
    private final LocalAddresses own;
    private final EchoOffers offers;
    private final Fragmenter fragmenter;
    private final IpErrors errors;
    private final ReceivedErrors received;
    private final Set<EchoOffer> kept = new HashSet<>();
    private int keptOctets;

    public IcmpLayer(
            StackEngine engine,
            LocalAddresses own,
            EchoOffers offers,
            Fragmenter fragmenter,
            IpErrors errors,
            TcpErrors tcp,
            UdpErrors udp) {
        this.engine = engine;
        this.own = own;
        this.offers = offers;
        this.fragmenter = fragmenter;
        this.errors = errors;
        this.received = new ReceivedErrors(engine.counters(), tcp, udp);
    }

    @Override
    public void input(IncomingPacket packet) {
        ByteBuffer nio = packet.nio;
        int at = packet.transportAt;
        Verdict verdict = packet.v6
                ? Icmpv6.check(nio, at, packet.transportLength, packet.addressSum, packet.checksums)
                : Icmpv4.check(nio, at, packet.transportLength, packet.checksums);
        if (verdict != Verdict.OK) {
            engine.counters().malformed(verdict);
            return;
        }
        int type = Icmp.type(nio, at);
        if (type == (packet.v6 ? Icmpv6.ECHO_REQUEST : Icmpv4.ECHO_REQUEST)) {
            echo(packet);
        } else if (packet.v6 ? Icmpv6.isError(type) : Icmpv4.isError(type)) {
            received.input(packet, type);
        } else {
            engine.counters().count(Counter.ICMP_IGNORED);
        }
    }

    private void echo(IncomingPacket packet) {
        if (own.contains(packet.destinationHigh, packet.destinationLow)) {
            answer(packet);
        } else if (packet.hopLimit <= 1) {
            errors.hopLimitExceeded(packet.nio, packet.at, packet.length, packet.nowNanos);
        } else {
            offer(packet);
        }
    }

    private void offer(IncomingPacket packet) {
        EchoOffer offer = new EchoOffer(this, packet);
        engine.counters().count(Counter.ICMP_ECHO_OFFERED);
        offers.offered(offer);
        if (offer.isAnswered()) {
            return;
        }
        int octets = offer.keptOctets();
        if (kept.size() >= EchoLimits.MAX_KEPT
                || keptOctets + octets > EchoLimits.MAX_KEPT_OCTETS
                || engine.memory().isExhausted()) {
            offer.drop();
            engine.counters().count(Counter.ICMP_ECHO_DROPPED);
            return;
        }
        offer.keep(engine.setup().allocator().directBuffer(octets, octets));
        kept.add(offer);
        keptOctets += octets;
        engine.memory().take(octets);
        engine.wheel().arm(offer, packet.nowNanos + EchoLimits.KEPT_FOR);
    }

    void forgotten(EchoOffer offer) {
        engine.wheel().disarm(offer);
        kept.remove(offer);
        keptOctets -= offer.keptOctets();
        engine.memory().give(offer.keptOctets());
    }

    IpErrors errors() {
        return errors;
    }

    long nowNanos() {
        return engine.nowNanos();
    }

    void count(Counter counter) {
        engine.counters().count(counter);
    }

    // ---- answers

    /** Answers in the memory that the request lies in. */
    void answer(IncomingPacket packet) {
        if (packet.checksums == Checksums.OFFLOADED) {
            complete(packet);
        }
        answer(
                packet.v6,
                packet.destinationHigh,
                packet.destinationLow,
                packet.sourceHigh,
                packet.sourceLow,
                packet.buffer,
                packet.nio,
                packet.transportAt,
                packet.bufferShift,
                packet.transportLength);
    }

    /** The device did not compute the checksum, and would not complete it in a reply that is sent whole. */
    private static void complete(IncomingPacket packet) {
        if (packet.v6) {
            Icmpv6.putChecksum(packet.nio, packet.transportAt, packet.transportLength, packet.addressSum);
        } else {
            Icmpv4.putChecksum(packet.nio, packet.transportAt, packet.transportLength);
        }
    }

    /** Answers a request that was kept in {@code copy}, which has room for the IP header. */
    void answer(EchoOffer offer, ByteBuf copy, ByteBuffer nio, int messageAt, int length) {
        int shift = Ipv6Header.LENGTH - messageAt;
        answer(
                offer.v6,
                offer.destinationHigh,
                offer.destinationLow,
                offer.sourceHigh,
                offer.sourceLow,
                copy,
                nio,
                messageAt,
                shift,
                length);
    }

    private void answer(
            boolean v6,
            long fromHigh,
            long fromLow,
            long toHigh,
            long toLow,
            ByteBuf buffer,
            ByteBuffer nio,
            int messageAt,
            int shift,
            int length) {
        if (v6) {
            Icmpv6.becomeEchoReply(nio, messageAt);
        } else {
            Icmpv4.becomeEchoReply(nio, messageAt);
        }
        int reader = buffer.readerIndex();
        int writer = buffer.writerIndex();
        boolean taken;
        int mtu = engine.setup().mtu();
        int header = v6 ? Ipv6Header.LENGTH : Ipv4Header.MIN_LENGTH;
        if (header + length <= mtu) {
            // Options and extension headers of the request stood before the message: the new header fits there.
            int at = messageAt - header;
            if (v6) {
                Ipv6Header.write(nio, at, 0, 0, length, IpProtocol.ICMPV6, HOP_LIMIT, fromHigh, fromLow, toHigh, toLow);
            } else {
                int identification = engine.output().nextIdentification();
                int from = MappedAddress.v4(fromLow);
                int to = MappedAddress.v4(toLow);
                Ipv4Header.write(
                        nio, at, 0, header + length, identification, 0, HOP_LIMIT, IpProtocol.ICMPV4, from, to);
            }
            buffer.setIndex(at + shift, messageAt + shift + length);
            taken = engine.output().sendWhole(buffer);
        } else {
            buffer.setIndex(messageAt + shift, messageAt + shift + length);
            fragmenter.begin(!v6, fromHigh, fromLow, toHigh, toLow);
            taken = fragmenter.send(v6 ? IpProtocol.ICMPV6 : IpProtocol.ICMPV4, 0, buffer, mtu);
        }
        buffer.setIndex(reader, writer);
        engine.counters().count(taken ? Counter.ICMP_ECHO_ANSWERED : Counter.ICMP_ECHO_DROPPED);
    }

    @Override
    public void detach(CloseReason reason, long nowNanos) {
        for (EchoOffer offer : kept.toArray(EchoOffer[]::new)) {
            offer.forget();
        }
    }
}

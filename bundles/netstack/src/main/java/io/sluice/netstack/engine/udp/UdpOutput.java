package io.sluice.netstack.engine.udp;

import io.netty.buffer.ByteBuf;
import io.sluice.api.tun.TunQueue;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.IpOutput;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.netstack.engine.ip.Fragmenter;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.UdpHeader;

/**
 * Sends datagrams to clients.
 *
 * <p>Where the device takes super-packets, datagrams of one size from one peer to one client are gathered, at most until {@link #flush}, and
 * written at once: a write costs much more than a datagram. A shorter one ends the gathering (only the last may be shorter), as does
 * anything for someone else, so the order stays what it was. Elsewhere each goes out as it comes. What exceeds the path MTU is fragmented.
 */
final class UdpOutput {

    private final IpOutput ip;
    private final StackEngine engine;
    private final Fragmenter fragmenter;
    private final boolean superPackets;
    private final ByteBuf[] parts = new ByteBuf[TunQueue.MAX_PARTS];

    private int count;
    private UdpSession session;
    private Peer from;
    private int size;
    private int octets;
    private int datagrams;

    UdpOutput(StackEngine engine, Fragmenter fragmenter) {
        this.engine = engine;
        this.ip = engine.output();
        this.fragmenter = fragmenter;
        this.superPackets = engine.setup().offload().udp();
    }

    /** @param payload ownership passes */
    void send(UdpSession to, Peer source, ByteBuf payload, int segmentSize) {
        int length = payload.readableBytes();
        int each = segmentSize > 0 && segmentSize < length ? segmentSize : length;
        int number = each == 0 ? 1 : (length + each - 1) / each;
        int header = (to.isV4() ? 20 : 40) + UdpHeader.LENGTH;
        if (superPackets
                && length > 0
                && header + each <= to.pathMtu
                && number <= UdpLimits.MAX_SEGMENTS
                && UdpHeader.LENGTH + length <= IpOutput.maxTransportLength(!to.isV4())) {
            gather(to, source, payload, each, number);
            return;
        }
        flush();
        if (header + each > to.pathMtu || !superPackets || length == 0) {
            singly(to, source, payload, each, header);
        } else {
            inSuperPackets(to, source, payload, each);
        }
        payload.release();
    }

    private void gather(UdpSession to, Peer source, ByteBuf payload, int each, int number) {
        int length = payload.readableBytes();
        boolean joins = count > 0
                && to == session
                && (source == from || source.is(from.high(), from.low(), from.port()))
                && octets == size * datagrams // none shorter so far
                && (each == size || (number == 1 && each < size))
                && count < parts.length
                && datagrams + number <= UdpLimits.MAX_SEGMENTS
                && UdpHeader.LENGTH + octets + length <= IpOutput.maxTransportLength(!to.isV4());
        if (!joins) {
            flush();
            session = to;
            from = source;
            size = each;
        }
        parts[count++] = payload;
        octets += length;
        datagrams += number;
    }

    /** Writes what is gathered. */
    void flush() {
        if (count == 0) {
            return;
        }
        begin(session, from, octets);
        sent(ip.sendUdp(parts, count, octets, size), datagrams);
        for (int i = 0; i < count; i++) {
            parts[i].release();
            parts[i] = null;
        }
        count = 0;
        octets = 0;
        datagrams = 0;
        session = null;
        from = null;
    }

    /** More datagrams in one buffer than a super-packet holds. */
    private void inSuperPackets(UdpSession to, Peer source, ByteBuf payload, int each) {
        int most =
                Math.min(UdpLimits.MAX_SEGMENTS, (IpOutput.maxTransportLength(!to.isV4()) - UdpHeader.LENGTH) / each);
        int end = payload.writerIndex();
        parts[0] = payload;
        for (int at = payload.readerIndex(); at < end; at += most * each) {
            int length = Math.min(most * each, end - at);
            payload.setIndex(at, at + length);
            begin(to, source, length);
            sent(ip.sendUdp(parts, 1, length, each), (length + each - 1) / each);
        }
        parts[0] = null;
    }

    private void singly(UdpSession to, Peer source, ByteBuf payload, int each, int header) {
        int end = payload.writerIndex();
        int at = payload.readerIndex();
        parts[0] = payload;
        do {
            int length = Math.min(each, end - at);
            payload.setIndex(at, at + length);
            boolean taken;
            if (header + length > to.pathMtu) {
                taken = fragment(to, source, payload);
            } else {
                begin(to, source, length);
                taken = ip.sendUdp(parts, length == 0 ? 0 : 1, length, 0);
            }
            sent(taken, 1);
            at += length;
        } while (at < end);
        parts[0] = null;
    }

    private boolean fragment(UdpSession to, Peer source, ByteBuf payload) {
        int length = UdpHeader.LENGTH + payload.readableBytes();
        if (length > Fragmenter.maxTransportLength(!to.isV4())) {
            return false;
        }
        fragmenter.begin(to.isV4(), source.high(), source.low(), to.remoteHigh, to.remoteLow);
        UdpHeader.write(fragmenter.headers(), fragmenter.transportAt(), source.port(), to.remotePort(), length);
        fragmenter.checksum(IpProtocol.UDP, UdpHeader.CHECKSUM, UdpHeader.LENGTH, payload);
        return fragmenter.send(IpProtocol.UDP, UdpHeader.LENGTH, payload, to.pathMtu);
    }

    private void begin(UdpSession to, Peer source, int length) {
        ip.begin(to.isV4(), source.high(), source.low(), to.remoteHigh, to.remoteLow);
        UdpHeader.write(ip.headers(), ip.transportAt(), source.port(), to.remotePort(), UdpHeader.LENGTH + length);
    }

    private void sent(boolean taken, int number) {
        engine.counters().add(taken ? Counter.UDP_DATAGRAMS_SENT : Counter.UDP_SEND_DROPPED, number);
    }

    /** Drops what is gathered. */
    void release() {
        for (int i = 0; i < count; i++) {
            parts[i].release();
            parts[i] = null;
        }
        count = 0;
    }
}

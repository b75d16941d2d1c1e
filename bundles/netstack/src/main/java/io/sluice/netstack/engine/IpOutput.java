package io.sluice.netstack.engine;

import io.netty.buffer.ByteBuf;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.api.tun.TunQueue;
import io.sluice.wire.Checksum;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.Octets;
import io.sluice.wire.PseudoHeader;
import java.nio.ByteBuffer;

/**
 * Sends packets: the caller names the addresses, writes the transport header at {@link #transportAt} of {@link #headers} and calls {@link
 * #send}; this adds the IP header and the checksum and hands header and payload parts to the device in one gathering write.
 *
 * <p>One direct buffer holds the headers of the packet under way, whoever sends it: a template a connection would cost 100 octets each and
 * save a dozen stores. With checksum offload no octet of payload is read here; without it, the payload is summed where it lies.
 */
public final class IpOutput {

    /** IPv6 header, TCP header with all options. */
    private static final int MAX_HEADERS = Ipv6Header.LENGTH + 60;
    /** IANA "IP Time to Live Parameter"; the same for the hop limit (RFC 8200 §3 leaves it to us). */
    private static final int HOP_LIMIT = 64;
    /** Largest IP packet: the length fields have 16 bits. */
    private static final int MAX_PACKET = 65_535;

    private static final ByteBuf[] NO_PARTS = {};

    private final TunQueue queue;
    private final Counters counters;
    private final boolean checksumOffload;
    private final ByteBuf buffer;
    private final ByteBuffer nio;
    private final PacketOffload offload = new PacketOffload();

    private int identification;
    private boolean v6;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;

    public IpOutput(EngineSetup setup, Counters counters) {
        this.queue = setup.queue();
        this.counters = counters;
        this.checksumOffload = setup.offload().checksum();
        this.buffer = setup.allocator().directBuffer(MAX_HEADERS, MAX_HEADERS);
        this.nio = buffer.nioBuffer(0, MAX_HEADERS);
        this.identification = setup.random().nextInt();
    }

    /** Gives the buffer back; nothing may be sent afterwards. */
    public void release() {
        buffer.release();
    }

    /** Most octets of transport header and payload in one packet, super-packets included. */
    public static int maxTransportLength(boolean v6) {
        // IPv6 counts from behind its header, but a device refuses packets beyond 65,535 octets all told.
        return MAX_PACKET - (v6 ? Ipv6Header.LENGTH : Ipv4Header.MIN_LENGTH);
    }

    /** Begins a packet from an endpoint's local to its remote side. */
    public void begin(Endpoint endpoint) {
        begin(endpoint.isV4(), endpoint.localHigh, endpoint.localLow, endpoint.remoteHigh, endpoint.remoteLow);
    }

    /** Begins a packet. */
    public void begin(boolean v4, long fromHigh, long fromLow, long toHigh, long toLow) {
        v6 = !v4;
        sourceHigh = fromHigh;
        sourceLow = fromLow;
        destinationHigh = toHigh;
        destinationLow = toLow;
    }

    public ByteBuffer headers() {
        return nio;
    }

    /** Where the transport header of the packet begun belongs. */
    public int transportAt() {
        return v6 ? Ipv6Header.LENGTH : Ipv4Header.MIN_LENGTH;
    }

    /** Sends a TCP segment without payload. */
    public boolean sendTcp(int headerLength, int trafficClass) {
        return sendTcp(headerLength, trafficClass, NO_PARTS, 0, 0, 0);
    }

    /**
     * Sends a TCP segment, or a super-packet of them.
     *
     * @param parts borrowed, see {@link TunQueue#write}
     * @param segmentSize octets of payload a segment; the packet is a super-packet if {@code payloadLength} is greater
     * @return false if the device took nothing
     */
    public boolean sendTcp(
            int headerLength, int trafficClass, ByteBuf[] parts, int count, int payloadLength, int segmentSize) {
        boolean segmented = payloadLength > segmentSize;
        offload.set(
                segmented ? Segmentation.TCP : Segmentation.NONE,
                segmented ? segmentSize : 0,
                checksumOffload,
                transportAt());
        return send(
                IpProtocol.TCP, 16, headerLength, trafficClass, Ipv4Header.DONT_FRAGMENT, parts, count, payloadLength);
    }

    /**
     * Sends one datagram, or a super-packet of them.
     *
     * @param segmentSize as with TCP; only if the device is capable of it
     * @return false if the device took nothing
     */
    public boolean sendUdp(ByteBuf[] parts, int count, int payloadLength, int segmentSize) {
        boolean segmented = segmentSize > 0 && payloadLength > segmentSize;
        offload.set(
                segmented ? Segmentation.UDP : Segmentation.NONE,
                segmented ? segmentSize : 0,
                checksumOffload,
                transportAt());
        return send(IpProtocol.UDP, 6, 8, 0, 0, parts, count, payloadLength);
    }

    /** Sends a packet that is complete as it is, from its IP header on. */
    public boolean sendWhole(ByteBuf packet) {
        return write(packet, NO_PARTS, 0, offload.none(), packet.readableBytes());
    }

    /** Sends a packet that came in and was changed where it lies; {@code how} says what is left to the device. */
    public boolean sendWhole(ByteBuf packet, PacketOffload how) {
        return write(packet, NO_PARTS, 0, how, packet.readableBytes());
    }

    /** Sends a packet that is complete as it is, in two parts. */
    public boolean sendWhole(ByteBuf head, ByteBuf[] rest, int count, int length) {
        return write(head, rest, count, offload.none(), length);
    }

    /** Of an IPv4 packet that may be fragmented on its way: RFC 6864 §4.3 wants it to repeat as late as possible. */
    public int nextIdentification() {
        return identification++ & 0xffff;
    }

    private boolean send(
            int protocol,
            int checksumOffset,
            int headerLength,
            int trafficClass,
            int flags,
            ByteBuf[] parts,
            int count,
            int payloadLength) {
        int transport = transportAt();
        int length = headerLength + payloadLength;
        int addresses;
        if (v6) {
            Ipv6Header.write(
                    nio,
                    0,
                    trafficClass,
                    0,
                    length,
                    protocol,
                    HOP_LIMIT,
                    sourceHigh,
                    sourceLow,
                    destinationHigh,
                    destinationLow);
            addresses = PseudoHeader.addresses6(sourceHigh, sourceLow, destinationHigh, destinationLow);
        } else {
            int from = MappedAddress.v4(sourceLow);
            int to = MappedAddress.v4(destinationLow);
            // RFC 6864 §4.1: with DF the identification has no meaning.
            int id = flags == Ipv4Header.DONT_FRAGMENT ? 0 : nextIdentification();
            Ipv4Header.write(nio, 0, trafficClass, transport + length, id, flags, HOP_LIMIT, protocol, from, to);
            addresses = PseudoHeader.addresses4(from, to);
        }
        int pseudo = PseudoHeader.complete(addresses, protocol, length);
        if (checksumOffload) {
            Octets.put16(nio, transport + checksumOffset, pseudo);
        } else {
            Octets.put16(nio, transport + checksumOffset, 0);
            int sum = Checksum.sum(nio, transport, headerLength) + sum(parts, count) + pseudo;
            int checksum = Checksum.complement(sum);
            // RFC 768: "If the computed checksum is zero, it is transmitted as all ones".
            Octets.put16(
                    nio, transport + checksumOffset, protocol == IpProtocol.UDP && checksum == 0 ? 0xffff : checksum);
        }
        buffer.setIndex(0, transport + headerLength);
        return write(buffer, parts, count, offload, transport + length);
    }

    private boolean write(ByteBuf headers, ByteBuf[] parts, int count, PacketOffload how, int length) {
        if (!queue.write(headers, parts, count, how)) {
            counters.count(Counter.TX_REFUSED);
            return false;
        }
        counters.count(Counter.TX_PACKETS);
        counters.add(Counter.TX_BYTES, length);
        if (how.segmentation != Segmentation.NONE) {
            counters.count(Counter.TX_SUPER_PACKETS);
        }
        return true;
    }

    private static int sum(ByteBuf[] parts, int count) {
        int sum = 0;
        boolean odd = false;
        for (int i = 0; i < count; i++) {
            int length = parts[i].readableBytes();
            ByteBuffer view = parts[i].internalNioBuffer(parts[i].readerIndex(), length);
            int partial = Checksum.sum(view, view.position(), length);
            sum += odd ? Checksum.swap(partial) : partial;
            odd ^= (length & 1) != 0;
        }
        return Checksum.fold(sum);
    }
}

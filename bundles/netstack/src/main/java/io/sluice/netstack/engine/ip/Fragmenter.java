package io.sluice.netstack.engine.ip;

import io.netty.buffer.ByteBuf;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.IpOutput;
import io.sluice.netstack.engine.MappedAddress;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.wire.Checksum;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Chain;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.Octets;
import io.sluice.wire.PseudoHeader;
import java.nio.ByteBuffer;

/**
 * Sends a datagram in fragments: RFC 791 §3.2, RFC 8200 §4.5. Used as {@link IpOutput} is: begin, write the transport header, send. The
 * payload is sent from where it lies.
 */
public final class Fragmenter {

    /** IPv6 header and fragment header, transport header. */
    private static final int MAX_HEADERS = Ipv6Header.LENGTH + Ipv6Chain.FRAGMENT_HEADER_LENGTH + 60;

    private static final int HOP_LIMIT = 64; // as in IpOutput
    private static final int MORE_FRAGMENTS_V6 = 1;

    private final StackEngine engine;
    private final ByteBuf buffer;
    private final ByteBuffer nio;
    private final ByteBuf[] part = new ByteBuf[1];
    private int identification6;
    private boolean v4;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;

    public Fragmenter(StackEngine engine) {
        this.engine = engine;
        this.buffer = engine.setup().allocator().directBuffer(MAX_HEADERS, MAX_HEADERS);
        this.nio = buffer.nioBuffer(0, MAX_HEADERS);
        this.identification6 = engine.setup().random().nextInt();
    }

    public void release() {
        buffer.release();
    }

    /** Most octets of transport header and payload that can be put together again. */
    public static int maxTransportLength(boolean v6) {
        return v6 ? Ipv6Header.MAX_PAYLOAD_LENGTH : Ipv4Header.MAX_TOTAL_LENGTH - Ipv4Header.MIN_LENGTH;
    }

    /** Begins a datagram. */
    public void begin(boolean overV4, long fromHigh, long fromLow, long toHigh, long toLow) {
        v4 = overV4;
        sourceHigh = fromHigh;
        sourceLow = fromLow;
        destinationHigh = toHigh;
        destinationLow = toLow;
    }

    public ByteBuffer headers() {
        return nio;
    }

    /** Where the transport header of the datagram begun belongs. */
    public int transportAt() {
        return v4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH + Ipv6Chain.FRAGMENT_HEADER_LENGTH;
    }

    /** Computes the checksum over the transport header written and the payload; no device does that for fragments. */
    public void checksum(int protocol, int offset, int headerLength, ByteBuf payload) {
        int length = payload.readableBytes();
        ByteBuffer view = payload.internalNioBuffer(payload.readerIndex(), length);
        int addresses = v4
                ? PseudoHeader.addresses4(MappedAddress.v4(sourceLow), MappedAddress.v4(destinationLow))
                : PseudoHeader.addresses6(sourceHigh, sourceLow, destinationHigh, destinationLow);
        int field = transportAt() + offset;
        Octets.put16(nio, field, 0);
        int sum = PseudoHeader.complete(addresses, protocol, headerLength + length)
                + Checksum.sum(nio, transportAt(), headerLength)
                + Checksum.sum(view, view.position(), length);
        int checksum = Checksum.complement(sum);
        // RFC 768: a computed zero is transmitted as all ones; for any other protocol the two are the same number.
        Octets.put16(nio, field, checksum == 0 ? 0xffff : checksum);
    }

    /**
     * Sends the datagram begun.
     *
     * @param headerLength octets of transport header at {@link #transportAt}, a multiple of 8 or the payload does not matter; may be 0
     * @param payload borrowed; its indices are as before when the call returns
     * @param mtu octets of an IP packet
     * @return false if the device was full: the datagram is lost
     */
    public boolean send(int protocol, int headerLength, ByteBuf payload, int mtu) {
        int transport = transportAt();
        int most = mtu - transport & ~7; // RFC 791 §3.2: all but the last are multiples of 8 octets
        int start = payload.readerIndex();
        int end = payload.writerIndex();
        int total = headerLength + end - start;
        int identification = v4 ? engine.output().nextIdentification() : identification6++;
        part[0] = payload;
        boolean taken = true;
        for (int offset = 0; taken && offset < total; offset += most) {
            int length = Math.min(most, total - offset);
            int head = offset == 0 ? headerLength : 0;
            boolean more = offset + length < total;
            if (v4) {
                header4(protocol, transport + length, identification, offset, more);
            } else {
                header6(protocol, length, identification, offset, more);
            }
            buffer.setIndex(0, transport + head);
            int from = start + offset + head - headerLength;
            payload.setIndex(from, from + length - head);
            taken = engine.output().sendWhole(buffer, part, 1, transport + length);
            engine.counters().count(Counter.IP_FRAGMENTS_SENT);
        }
        payload.setIndex(start, end);
        part[0] = null;
        return taken;
    }

    private void header4(int protocol, int length, int identification, int offset, boolean more) {
        int flags = offset >>> 3 | (more ? Ipv4Header.MORE_FRAGMENTS : 0);
        int from = MappedAddress.v4(sourceLow);
        int to = MappedAddress.v4(destinationLow);
        Ipv4Header.write(nio, 0, 0, length, identification, flags, HOP_LIMIT, protocol, from, to);
    }

    private void header6(int protocol, int length, int identification, int offset, boolean more) {
        Ipv6Header.write(
                nio,
                0,
                0,
                0,
                Ipv6Chain.FRAGMENT_HEADER_LENGTH + length,
                IpProtocol.FRAGMENT,
                HOP_LIMIT,
                sourceHigh,
                sourceLow,
                destinationHigh,
                destinationLow);
        nio.putInt(Ipv6Header.LENGTH, protocol << 24 | offset | (more ? MORE_FRAGMENTS_V6 : 0));
        nio.putInt(Ipv6Header.LENGTH + 4, identification);
    }
}

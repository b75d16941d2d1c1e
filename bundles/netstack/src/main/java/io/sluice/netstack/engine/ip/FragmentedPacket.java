package io.sluice.netstack.engine.ip;

import io.netty.buffer.ByteBuf;
import io.sluice.netstack.engine.Endpoint;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Chain;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.Octets;
import java.nio.ByteBuffer;

/**
 * A packet of which not all fragments have arrived. Its memory holds the first fragment's headers, ending where the payload begins:
 *
 * <pre>
 * 0         HEADROOM − header       HEADROOM                  HEADROOM + end
 * | unused  | headers of fragment 0 | payload, with gaps ...  |
 * </pre>
 *
 * so that neither completing it nor quoting it copies the payload. A packet that was abandoned stays, without memory, until its time is over,
 * so that its late fragments are dropped too (RFC 5722 §4).
 */
final class FragmentedPacket extends Endpoint {

    private static final int HEADROOM = ReassemblyLimits.HEADROOM;
    /** The last fragment has not come. */
    private static final int UNKNOWN = -1;

    private final Reassembler reassembler;
    private final Ranges ranges = new Ranges();
    /** Null once it is abandoned or over. */
    private ByteBuf memory;

    private int total = UNKNOWN;
    /** 0 until the first fragment has come. */
    private int headerLength;

    private int protocolNamedAt;

    /** Neighbours in the order of arrival. */
    FragmentedPacket older;

    FragmentedPacket newer;

    FragmentedPacket(Reassembler reassembler, IncomingPacket fragment, int identification, ByteBuf memory) {
        super(
                fragment.sourceHigh,
                fragment.sourceLow,
                fragment.destinationHigh,
                fragment.destinationLow,
                identification);
        this.reassembler = reassembler;
        this.memory = memory;
    }

    /** What the fragments of one packet share; over IPv4 the protocol too (RFC 791 §3.2). */
    static int identification(IncomingPacket fragment) {
        return fragment.v6
                ? fragment.chain.identification()
                : Ipv4Header.protocol(fragment.nio, fragment.at) << 16
                        | Ipv4Header.identification(fragment.nio, fragment.at);
    }

    boolean isAbandoned() {
        return memory == null;
    }

    /** Octets of memory it holds. */
    int held() {
        return memory == null ? 0 : memory.capacity();
    }

    /**
     * Adds a fragment's payload.
     *
     * @param from where it belongs
     * @return false if the packet is to be abandoned
     */
    boolean add(IncomingPacket fragment, int from, boolean more) {
        int length = fragment.transportLength;
        int to = from + length;
        if (more ? total != UNKNOWN && to > total : (total != UNKNOWN && total != to) || to < ranges.end()) {
            return false; // two ends, or octets behind the end
        }
        switch (ranges.add(from, to)) {
            case OVERLAP, TOO_MANY -> {
                return false; // RFC 5722 §4, RFC 8200 §4.5; over IPv4 likewise, as Linux does
            }
            case DUPLICATE -> {
                return true;
            }
            case ADDED -> {
                if (!more) {
                    total = to;
                }
            }
        }
        if (memory.capacity() < HEADROOM + to) {
            memory.capacity(capacity(to));
        }
        memory.setBytes(HEADROOM + from, fragment.buffer, fragment.transportAt + fragment.bufferShift, length);
        return from != 0 || keepHeader(fragment);
    }

    /** Exact once the end is known; before, it doubles. */
    private int capacity(int end) {
        return HEADROOM + (total == UNKNOWN ? Math.min(Ipv4Header.MAX_TOTAL_LENGTH, 2 * end) : total);
    }

    private boolean keepHeader(IncomingPacket fragment) {
        headerLength = fragment.transportAt - fragment.at;
        if (headerLength > HEADROOM) {
            return false;
        }
        if (fragment.v6) {
            protocolNamedAt = fragment.chain.protocolNamedAt();
        }
        int at = fragment.at + fragment.bufferShift;
        memory.setBytes(HEADROOM - headerLength, fragment.buffer, at, headerLength);
        return true;
    }

    boolean isComplete() {
        return headerLength != 0 && ranges.contiguous() == total;
    }

    /** Whether there is a first fragment to quote. */
    boolean hasFirst() {
        return headerLength != 0 && memory != null;
    }

    /** The first fragment and what follows it without a gap; borrowed. */
    ByteBuf quote() {
        return memory.setIndex(HEADROOM - headerLength, HEADROOM + ranges.contiguous());
    }

    /** The whole packet, as if it had never been cut; borrowed. Null if it is longer than a packet can be. */
    ByteBuf whole() {
        ByteBuffer nio = memory.internalNioBuffer(0, HEADROOM);
        int start = nio.position() + HEADROOM - headerLength;
        return isV4() ? whole4(nio, start) : whole6(nio, start);
    }

    private ByteBuf whole4(ByteBuffer nio, int start) {
        if (headerLength + total > Ipv4Header.MAX_TOTAL_LENGTH) {
            return null;
        }
        Ipv4Header.putTotalLength(nio, start, headerLength + total);
        Ipv4Header.putFlagsAndOffset(nio, start, 0);
        return memory.setIndex(HEADROOM - headerLength, HEADROOM + total);
    }

    private ByteBuf whole6(ByteBuffer nio, int start) {
        int unfragmentable = headerLength - Ipv6Chain.FRAGMENT_HEADER_LENGTH;
        int payload = unfragmentable - Ipv6Header.LENGTH + total;
        if (payload > Ipv6Header.MAX_PAYLOAD_LENGTH) {
            return null;
        }
        // RFC 8200 §4.5: the last header before the fragment header names what the fragment header named.
        int protocol = Octets.u8(nio, start + unfragmentable);
        for (int i = unfragmentable - 1; i >= 0; i--) {
            nio.put(start + i + Ipv6Chain.FRAGMENT_HEADER_LENGTH, nio.get(start + i));
        }
        int at = start + Ipv6Chain.FRAGMENT_HEADER_LENGTH;
        Octets.put8(nio, at + protocolNamedAt, protocol);
        Ipv6Header.putPayloadLength(nio, at, payload);
        return memory.setIndex(HEADROOM - unfragmentable, HEADROOM + total);
    }

    /** Gives the memory back. */
    void release() {
        if (memory != null) {
            memory.release();
            memory = null;
        }
    }

    @Override
    protected void expired(long nowNanos) {
        reassembler.expired(this, nowNanos);
    }
}

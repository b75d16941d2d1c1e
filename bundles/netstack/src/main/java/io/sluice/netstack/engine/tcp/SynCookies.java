package io.sluice.netstack.engine.tcp;

import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpOptions;

/**
 * Answers SYNs without remembering them: RFC 4987 §3.6.
 *
 * <p>Theory of operation. The ISN of the SYN, ACK is computed from what the client's next segment will repeat:
 * <pre>
 *  bits 31–27   time in units of 64 s, modulo 32
 *  bits 26–24   index of the MSS, rounded down
 *  bits 23–0    SipHash of addresses, ports, the client's ISN, and the upper eight bits
 * </pre>
 * An acknowledgement for nothing we know is taken for a cookie's if one was sent within {@link TcpLimits#COOKIE_LIFETIME} and hash and time
 * fit. With timestamps, the lower six bits of the SYN, ACK's TSval carry the other options: window shift (15: none), SACK permitted, ECN;
 * without, there are none.
 */
final class SynCookies {

    private static final long UNIT = 64_000_000_000L;
    private static final int NO_SHIFT = 15;
    private static final int SACK = 0x10;
    private static final int ECN = 0x20;
    private static final int OPTION_BITS = 0x3f;

    /** Ethernet with and without tunnels, jumbo frames, the defaults of RFC 9293 §3.7.1. */
    private static final int[] SIZES_V4 = {TcpLimits.MIN_MSS, 536, 1_200, 1_360, 1_400, 1_440, 1_460, 8_960};

    private static final int[] SIZES_V6 = {TcpLimits.MIN_MSS, 536, 1_220, 1_340, 1_380, 1_420, 1_440, 8_940};

    private final Isn hash;
    private boolean sent;
    private long lastSentAt;

    SynCookies(Isn hash) {
        this.hash = hash;
    }

    /** The ISN for a SYN. */
    int make(Segment syn, int ports, long nowNanos) {
        sent = true;
        lastSentAt = nowNanos;
        boolean v6 = syn.packet.v6;
        int mss = HalfOpen.mss(syn.options.mss(), v6);
        int[] sizes = v6 ? SIZES_V6 : SIZES_V4;
        int index = sizes.length - 1;
        while (index > 0 && sizes[index] > mss) {
            index--;
        }
        int upper = (int) (nowNanos / UNIT & 31) << 3 | index;
        return upper << 24 | digest(syn.packet, ports, syn.sequence, upper);
    }

    private int digest(IncomingPacket packet, int ports, int clientIsn, int upper) {
        long closing = (clientIsn & 0xffff_ffffL) << 8 | upper | 1L << 48;
        return (int) hash.hash(
                        packet.sourceHigh,
                        packet.sourceLow,
                        packet.destinationHigh,
                        packet.destinationLow,
                        ports,
                        closing)
                & 0xff_ffff;
    }

    /** The TSval of the SYN, ACK, not later than {@code timestamp}. */
    static int timestamp(Segment syn, int timestamp) {
        int shift = syn.options.windowScale();
        int bits = (shift == TcpOptions.ABSENT ? NO_SHIFT : shift)
                | (syn.options.sackPermitted() ? SACK : 0)
                | (Ecn.isWanted(syn) ? ECN : 0);
        int value = timestamp & ~OPTION_BITS | bits;
        return value - timestamp > 0 ? value - OPTION_BITS - 1 : value;
    }

    /** Whether the segment acknowledges a cookie of ours. */
    boolean isAnswer(Segment segment, int ports) {
        if (!sent
                || segment.nowNanos - lastSentAt > TcpLimits.COOKIE_LIFETIME
                || !segment.has(TcpHeader.ACK)
                || segment.has(TcpHeader.SYN | TcpHeader.RST)) {
            return false;
        }
        int cookie = segment.acknowledgment - 1;
        int upper = cookie >>> 24;
        long age = (segment.nowNanos / UNIT - (upper >>> 3)) & 31;
        return age <= TcpLimits.COOKIE_LIFETIME / UNIT
                && (cookie & 0xff_ffff) == digest(segment.packet, ports, segment.sequence - 1, upper);
    }

    /** The offer of the client whose cookie came back. */
    static HalfOpen offer(TcpLayer layer, Segment answer, int ports) {
        TcpOptions options = answer.options;
        IncomingPacket packet = answer.packet;
        int index = answer.acknowledgment - 1 >>> 24 & 7;
        boolean timestamps = options.hasTimestamps();
        int bits = timestamps ? options.timestampEcho() & OPTION_BITS : NO_SHIFT;
        int shift = bits & NO_SHIFT;
        HalfOpen offer = new HalfOpen(layer, packet, ports, answer.sequence - 1, answer.window);
        offer.peerMss = (packet.v6 ? SIZES_V6 : SIZES_V4)[index];
        offer.peerWindowShift = shift == NO_SHIFT ? TcpOptions.ABSENT : shift;
        offer.sackPermitted = (bits & SACK) != 0;
        offer.ecn = (bits & ECN) != 0;
        offer.timestamps = timestamps;
        offer.timestampValue = options.timestampValue();
        offer.proved(answer.acknowledgment - 1, answer.nowNanos);
        return offer;
    }
}

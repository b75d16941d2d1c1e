package io.sluice.netstack.engine.tcp;

import io.sluice.wire.TcpHeader;

/**
 * Explicit congestion notification of one connection: RFC 3168 §6.1, both directions.
 *
 * <p>Theory of operation.
 * <pre>
 *  as receiver
 *  event                                            action
 *  data within the window carry CE                  every acknowledgement carries ECE from now on (§6.1.3)
 *  data carry CWR                                   no ECE any more, unless these data carry CE themselves
 *  as sender
 *  ACK with ECE, nothing reduced in this window     the congestion control reduces, once for a window of data (§6.1.2)
 *  the window was reduced, for whatever reason      the next new data carry CWR, in a packet of one segment (§6.1.2)
 * </pre>
 * ECT(0) goes on new data only: not on SYN, ACK (§6.1.1), pure acknowledgements (§6.1.4), retransmissions (§6.1.5) and window probes
 * (§6.1.6). CWR goes alone since a device that cuts a super-packet would have to know to leave it off all segments but the first.
 */
final class Ecn {

    /** The codepoints: RFC 3168 §5, the lower two bits of TOS or traffic class. */
    private static final int ECT_0 = 0b10;

    private static final int CE = 0b11;

    private boolean enabled;
    private boolean echo;
    private boolean confirm;

    Ecn(boolean wanted) {
        enabled = wanted;
    }

    /** §6.1.1: whether a SYN asks for it. */
    static boolean isWanted(Segment syn) {
        return syn.has(TcpHeader.ECE) && syn.has(TcpHeader.CWR);
    }

    boolean isEnabled() {
        return enabled;
    }

    /** §6.1.1.1: the client repeats its SYN without asking, since the first may have been dropped for it. */
    void synAgain(Segment syn) {
        enabled &= isWanted(syn);
    }

    /** §6.1.3: data within the window; returns whether they are to be acknowledged at once, so that the sender learns soon. */
    boolean received(Segment segment) {
        if (!enabled || segment.payloadLength == 0) {
            return false;
        }
        boolean before = echo;
        if (segment.has(TcpHeader.CWR)) {
            echo = false;
        }
        if ((segment.packet.trafficClass & CE) == CE) {
            echo = true;
        }
        return before != echo || segment.has(TcpHeader.CWR);
    }

    /** Flags every segment but SYN and RST carries. */
    int flags() {
        return echo ? TcpHeader.ECE : 0;
    }

    /** Whether an acknowledgement tells of congestion. */
    boolean isMarked(Segment segment) {
        return enabled && segment.has(TcpHeader.ECE) && !segment.has(TcpHeader.SYN);
    }

    /** The congestion window was reduced. */
    void reduced() {
        confirm = enabled;
    }

    /** The next new data must go alone, with CWR. */
    boolean mustConfirm() {
        return confirm;
    }

    void confirmed() {
        confirm = false;
    }

    /** Of a packet with new data. */
    int trafficClass() {
        return enabled ? ECT_0 : 0;
    }
}

package io.sluice.netstack.engine.tcp;

/** SND.WND, with SND.WL1 and SND.WL2: what the peer lets us send (RFC 9293 §3.3.1). Scaled, in octets. */
final class PeerWindow {

    private final int shift;
    private int bytes;
    private int greatest;
    private int sequence;
    private int acknowledgment;

    /** @param shift of RFC 7323 §2.3, 0 if either SYN had none */
    PeerWindow(int shift) {
        this.shift = shift;
    }

    int bytes() {
        return bytes;
    }

    /** MAX.SND.WND of RFC 5961 §5.2, and of the silly window avoidance (RFC 9293 §3.8.6.2.1). */
    int greatestBytes() {
        return greatest;
    }

    /** From the segment that ends the handshake. */
    void begin(Segment segment) {
        take(segment);
    }

    /** From what the end of the handshake said, a SYN cookie's. */
    void begin(int window, int segmentSequence, int segmentAcknowledgment) {
        bytes = window << shift;
        greatest = bytes;
        sequence = segmentSequence;
        acknowledgment = segmentAcknowledgment;
    }

    /** RFC 9293 §3.10.7.4 fifth check, ESTABLISHED; returns whether the window is another one. */
    boolean update(Segment segment) {
        boolean newer = Sequence.isBefore(sequence, segment.sequence)
                || sequence == segment.sequence && !Sequence.isAfter(acknowledgment, segment.acknowledgment);
        if (!newer) {
            return false;
        }
        int before = bytes;
        take(segment);
        return before != bytes;
    }

    private void take(Segment segment) {
        bytes = segment.window << shift;
        greatest = Math.max(greatest, bytes);
        sequence = segment.sequence;
        acknowledgment = segment.acknowledgment;
    }
}

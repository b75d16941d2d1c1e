package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * Writes TCP options. Every method writes at {@code index} and returns the index behind what it wrote; padding inside the forms is such that
 * values lie on 32-bit words (RFC 7323 Appendix A), so any sequence of them leaves the header a multiple of 4 octets.
 */
public final class TcpOptionWriter {

    /** Octets of {@link #mss}. */
    public static final int MSS_LENGTH = 4;
    /** Octets of {@link #windowScale}. */
    public static final int WINDOW_SCALE_LENGTH = 4;
    /** Octets of {@link #sackPermitted}. */
    public static final int SACK_PERMITTED_LENGTH = 4;
    /** Octets of {@link #timestamps}. */
    public static final int TIMESTAMPS_LENGTH = 12;
    /** Octets of {@link #sackHeader}. */
    public static final int SACK_HEADER_LENGTH = 4;
    /** Octets of one {@link #sackBlock}. */
    public static final int SACK_BLOCK_LENGTH = 8;

    private TcpOptionWriter() {}

    /** RFC 9293 §3.2. */
    public static int mss(ByteBuffer buf, int index, int mss) {
        buf.putInt(index, TcpOptions.MSS << 24 | 4 << 16 | (mss & 0xffff));
        return index + MSS_LENGTH;
    }

    /** RFC 7323 §2.2, one NOP before it. */
    public static int windowScale(ByteBuffer buf, int index, int shift) {
        buf.putInt(index, TcpOptions.NOP << 24 | TcpOptions.WINDOW_SCALE << 16 | 3 << 8 | (shift & 0xff));
        return index + WINDOW_SCALE_LENGTH;
    }

    /** RFC 2018 §2, two NOPs before it. */
    public static int sackPermitted(ByteBuffer buf, int index) {
        buf.putInt(index, TcpOptions.NOP << 24 | TcpOptions.NOP << 16 | TcpOptions.SACK_PERMITTED << 8 | 2);
        return index + SACK_PERMITTED_LENGTH;
    }

    /** Both in the octets that {@link #timestamps} alone takes: instead of the NOPs. For SYNs. */
    public static int sackPermittedAndTimestamps(ByteBuffer buf, int index, int value, int echo) {
        int end = timestamps(buf, index, value, echo);
        buf.putShort(index, (short) (TcpOptions.SACK_PERMITTED << 8 | 2));
        return end;
    }

    /** RFC 7323 §3.2, two NOPs before it. */
    public static int timestamps(ByteBuffer buf, int index, int value, int echo) {
        buf.putInt(index, TcpOptions.NOP << 24 | TcpOptions.NOP << 16 | TcpOptions.TIMESTAMPS << 8 | 10);
        buf.putInt(index + 4, value);
        buf.putInt(index + 8, echo);
        return index + TIMESTAMPS_LENGTH;
    }

    /**
     * RFC 2018 §3, two NOPs before it; exactly {@code blocks} calls of {@link #sackBlock} must follow.
     *
     * @param blocks 1..4, at most 3 beside timestamps
     */
    public static int sackHeader(ByteBuffer buf, int index, int blocks) {
        int length = 2 + SACK_BLOCK_LENGTH * blocks;
        buf.putInt(index, TcpOptions.NOP << 24 | TcpOptions.NOP << 16 | TcpOptions.SACK << 8 | length);
        return index + SACK_HEADER_LENGTH;
    }

    /**
     * One block of RFC 2018 §3.
     *
     * @param left first sequence number of the block
     * @param right the sequence number behind its last one
     */
    public static int sackBlock(ByteBuffer buf, int index, int left, int right) {
        buf.putInt(index, left);
        buf.putInt(index + 4, right);
        return index + SACK_BLOCK_LENGTH;
    }
}

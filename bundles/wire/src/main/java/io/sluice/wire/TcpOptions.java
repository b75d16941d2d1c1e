package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * What the options of one segment say. One object a thread, filled again for every segment.
 *
 * <pre>
 *  kind length
 *   0     -    end of option list                     RFC 9293 §3.1
 *   1     -    no operation                           RFC 9293 §3.1
 *   2     4    maximum segment size                   RFC 9293 §3.2, SYN only
 *   3     3    window scale                           RFC 7323 §2.2, SYN only
 *   4     2    SACK permitted                         RFC 2018 §2, SYN only
 *   5   2+8n   SACK blocks, n = 1..4                  RFC 2018 §3
 *   8    10    timestamps                             RFC 7323 §3.2
 * </pre>
 *
 * Any other kind is skipped by its length (RFC 9293 §3.1, MUST-6). A known kind with another length than the table's, or one that is not
 * allowed without SYN, is skipped likewise: its sender meant something we can't know. The last of two equal options wins.
 */
public final class TcpOptions {

    static final int END = 0;
    static final int NOP = 1;
    static final int MSS = 2;
    static final int WINDOW_SCALE = 3;
    static final int SACK_PERMITTED = 4;
    static final int SACK = 5;
    static final int TIMESTAMPS = 8;

    /** Greatest shift: RFC 7323 §2.3. */
    public static final int MAX_WINDOW_SCALE = 14;
    /** Blocks that fit into 40 octets of options: RFC 2018 §3. */
    public static final int MAX_SACK_BLOCKS = 4;
    /** The value of {@link #mss} and {@link #windowScale} when the option is absent. */
    public static final int ABSENT = -1;

    /** NOP, NOP, timestamps, 10: the layout of RFC 7323 Appendix A, which nearly every segment has. */
    private static final int USUAL_TIMESTAMPS = NOP << 24 | NOP << 16 | TIMESTAMPS << 8 | 10;

    private int mss;
    private int windowScale;
    private boolean windowScaleExcessive;
    private boolean sackPermitted;
    private boolean timestamps;
    private int timestampValue;
    private int timestampEcho;
    private int sackCount;
    private final int[] sackEdges = new int[2 * MAX_SACK_BLOCKS];

    /**
     * Reads the options of the segment at {@code at}, which {@link TcpHeader#check} has accepted.
     *
     * @return {@link Verdict#BAD_OPTION} when an option's length is impossible (RFC 9293 §3.1, MUST-7); what stood before it is kept
     */
    public Verdict parse(ByteBuffer buf, int at) {
        clear();
        int index = at + TcpHeader.OPTIONS;
        int end = TcpHeader.payloadAt(buf, at);
        if (index == end) {
            return Verdict.OK;
        }
        if (end - index == 12 && buf.getInt(index) == USUAL_TIMESTAMPS) {
            readTimestamps(buf, index + 2);
            return Verdict.OK;
        }
        boolean syn = (TcpHeader.flags(buf, at) & TcpHeader.SYN) != 0;
        while (index < end) {
            int kind = Octets.u8(buf, index);
            if (kind == END) {
                return Verdict.OK;
            }
            if (kind == NOP) {
                index++;
                continue;
            }
            if (index + 1 >= end) {
                return Verdict.BAD_OPTION;
            }
            int length = Octets.u8(buf, index + 1);
            if (length < 2 || length > end - index) {
                return Verdict.BAD_OPTION;
            }
            read(buf, index, kind, length, syn);
            index += length;
        }
        return Verdict.OK;
    }

    private void read(ByteBuffer buf, int index, int kind, int length, boolean syn) {
        switch (kind) {
            case MSS -> {
                if (syn && length == 4) {
                    mss = Octets.u16(buf, index + 2);
                }
            }
            case WINDOW_SCALE -> {
                if (syn && length == 3) {
                    int shift = Octets.u8(buf, index + 2);
                    // RFC 7323 §2.3: a greater shift "MUST" be logged and 14 used instead.
                    windowScaleExcessive = shift > MAX_WINDOW_SCALE;
                    windowScale = Math.min(shift, MAX_WINDOW_SCALE);
                }
            }
            case SACK_PERMITTED -> sackPermitted |= syn && length == 2;
            case SACK -> {
                if ((length & 7) == 2 && length >= 10) {
                    readSack(buf, index + 2, (length - 2) >>> 3);
                }
            }
            case TIMESTAMPS -> {
                if (length == 10) {
                    readTimestamps(buf, index);
                }
            }
            default -> {
                // RFC 9293 §3.1 (MUST-6): an option that is not implemented is ignored.
            }
        }
    }

    private void readSack(ByteBuffer buf, int index, int blocks) {
        sackCount = blocks; // at most 4: five blocks need 42 octets, and the check bounds options to 40
        for (int edge = 0; edge < 2 * blocks; edge++) {
            sackEdges[edge] = buf.getInt(index + 4 * edge);
        }
    }

    private void readTimestamps(ByteBuffer buf, int index) {
        timestamps = true;
        timestampValue = buf.getInt(index + 2);
        timestampEcho = buf.getInt(index + 6);
    }

    private void clear() {
        mss = ABSENT;
        windowScale = ABSENT;
        windowScaleExcessive = false;
        sackPermitted = false;
        timestamps = false;
        timestampValue = 0;
        timestampEcho = 0;
        sackCount = 0;
    }

    /** 0..65535, as announced, or {@link #ABSENT}. */
    public int mss() {
        return mss;
    }

    /** Shift 0..14, or {@link #ABSENT}. */
    public int windowScale() {
        return windowScale;
    }

    /** Whether the peer announced a shift above 14, which was lowered: RFC 7323 §2.3 wants it logged. */
    public boolean windowScaleExcessive() {
        return windowScaleExcessive;
    }

    public boolean sackPermitted() {
        return sackPermitted;
    }

    public boolean hasTimestamps() {
        return timestamps;
    }

    /** TSval, 0 when {@link #hasTimestamps} is false. */
    public int timestampValue() {
        return timestampValue;
    }

    /** TSecr, 0 when {@link #hasTimestamps} is false; meaningless without ACK (RFC 7323 §3.2). */
    public int timestampEcho() {
        return timestampEcho;
    }

    /** 0..4 */
    public int sackCount() {
        return sackCount;
    }

    /** First sequence number of the block, for 0 ≤ {@code block} &lt; {@link #sackCount}. */
    public int sackLeft(int block) {
        return sackEdges[2 * block];
    }

    /** The sequence number behind the block's last one, for 0 ≤ {@code block} &lt; {@link #sackCount}. */
    public int sackRight(int block) {
        return sackEdges[2 * block + 1];
    }
}

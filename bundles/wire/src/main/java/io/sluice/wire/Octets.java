package io.sluice.wire;

import java.nio.ByteBuffer;

/** Unsigned octets, 16-bit and 32-bit words at absolute positions of a big-endian buffer. */
public final class Octets {

    private Octets() {}

    /** One octet, 0..255. */
    public static int u8(ByteBuffer buf, int index) {
        return buf.get(index) & 0xff;
    }

    /** A 16-bit word, 0..65535. */
    public static int u16(ByteBuffer buf, int index) {
        return buf.getShort(index) & 0xffff;
    }

    /** A 32-bit word, 0..2^32-1. */
    public static long u32(ByteBuffer buf, int index) {
        return buf.getInt(index) & 0xffff_ffffL;
    }

    /** Writes the low 8 bits of {@code value}. */
    public static void put8(ByteBuffer buf, int index, int value) {
        buf.put(index, (byte) value);
    }

    /** Writes the low 16 bits of {@code value}. */
    public static void put16(ByteBuffer buf, int index, int value) {
        buf.putShort(index, (short) value);
    }

    /** Writes the 32 bits of {@code value}. */
    public static void put32(ByteBuffer buf, int index, int value) {
        buf.putInt(index, value);
    }

    /** Whether {@code length} octets from {@code at} lie inside the buffer: the first line of every check. */
    static boolean hold(ByteBuffer buf, int at, int length) {
        return at >= 0 && length >= 0 && length <= buf.limit() - at;
    }
}

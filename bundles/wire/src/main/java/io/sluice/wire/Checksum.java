package io.sluice.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The Internet checksum: RFC 1071, updated in place as in RFC 1624.
 *
 * <p>A <i>partial sum</i> is the ones-complement sum of 16-bit big-endian words, folded to 0..0xffff and not complemented. Partial sums
 * of pieces that begin at an even distance from the start of the covered octets are added with plain {@code +}, at most 2^15 of them, and
 * {@link #fold folded}; for a piece at an odd distance {@link #swap} its sum first (RFC 1071 §2(B)).
 *
 * <p>The loop adds whole 64-bit words in the machine's own order and swaps once at the end, since the sum does not depend on the byte order
 * (RFC 1071 §2(B)). It is kept this plain on purpose: the compiler turns it into vector instructions, which it does not do for a loop
 * unrolled by hand nor for one that swaps every word.
 */
public final class Checksum {

    private static final VarHandle NATIVE_LONG =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final long LOW_HALF = 0xffff_ffffL;

    private Checksum() {}

    /**
     * The partial sum of {@code length} octets from {@code at}; an odd last octet counts as if a zero followed it.
     *
     * @return 0..0xffff
     */
    public static int sum(ByteBuffer buf, int at, int length) {
        int index = at;
        int wordsEnd = at + (length & ~7);
        // Two 32-bit halves in a 64-bit accumulator: a buffer of 2^31 octets can't overflow it.
        long words = 0;
        for (; index < wordsEnd; index += 8) {
            long word = (long) NATIVE_LONG.get(buf, index);
            words += (word >>> 32) + (word & LOW_HALF);
        }
        int sum = foldLong(words);
        if (LITTLE_ENDIAN) {
            sum = swap(sum);
        }
        int end = at + length;
        for (; index + 1 < end; index += 2) {
            sum += Octets.u16(buf, index);
        }
        if (index < end) {
            sum += Octets.u8(buf, index) << 8;
        }
        return fold(sum);
    }

    /** Brings a non-negative sum of partial sums back to 0..0xffff with end-around carry. */
    public static int fold(int sum) {
        int once = (sum & 0xffff) + (sum >>> 16);
        return (once & 0xffff) + (once >>> 16);
    }

    /** The field's value for a sum over everything covered, the field itself taken as zero. */
    public static int complement(int sum) {
        return ~fold(sum) & 0xffff;
    }

    /** Whether a sum over everything covered, the field included, says that nothing was damaged: RFC 1071 §1(3). */
    public static boolean isIntact(int sum) {
        return fold(sum) == 0xffff;
    }

    /** The partial sum of a piece, as it counts when the piece begins at an odd distance. */
    public static int swap(int partial) {
        return ((partial & 0xff) << 8) | (partial >>> 8);
    }

    /** The partial sum of the two halves of a 32-bit word. */
    public static int of32(int word) {
        return fold((word >>> 16) + (word & 0xffff));
    }

    /** The partial sum of the four quarters of a 64-bit word. */
    public static int of64(long word) {
        return foldLong((word >>> 32) + (word & LOW_HALF));
    }

    /**
     * The checksum field after one covered 16-bit word changed: RFC 1624 §3, equation 3. For UDP over IPv4 a field of zero means "none" and
     * must be left alone by the caller.
     */
    public static int update16(int field, int before, int after) {
        return complement((~field & 0xffff) + (~before & 0xffff) + after);
    }

    /** The checksum field after one covered 32-bit word changed: RFC 1624 §3, equation 3. */
    public static int update32(int field, int before, int after) {
        return complement((~field & 0xffff) + of32(~before) + of32(after));
    }

    /** Writes a covered 16-bit word at {@code index} and keeps the checksum field at {@code fieldAt} true. */
    public static void replace16(ByteBuffer buf, int fieldAt, int index, int value) {
        int field = update16(Octets.u16(buf, fieldAt), Octets.u16(buf, index), value & 0xffff);
        Octets.put16(buf, fieldAt, field);
        Octets.put16(buf, index, value);
    }

    /** Writes a covered 32-bit word at {@code index} and keeps the checksum field at {@code fieldAt} true. */
    public static void replace32(ByteBuffer buf, int fieldAt, int index, int value) {
        int field = update32(Octets.u16(buf, fieldAt), buf.getInt(index), value);
        Octets.put16(buf, fieldAt, field);
        buf.putInt(index, value);
    }

    private static int foldLong(long sum) {
        long half = (sum & LOW_HALF) + (sum >>> 32);
        half = (half & LOW_HALF) + (half >>> 32);
        return fold((int) ((half & 0xffff) + (half >>> 16)));
    }
}

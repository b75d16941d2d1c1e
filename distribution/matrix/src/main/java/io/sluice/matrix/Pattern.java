package io.sluice.matrix;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Octets of which each depends on its place, so that one lost, repeated or exchanged is found where it is. Not for two threads. */
final class Pattern {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long seed;
    private final byte[] expected = new byte[1 << 16];
    private long position;

    Pattern(long seed) {
        this.seed = seed;
    }

    long position() {
        return position;
    }

    /** The next octets. */
    void fill(byte[] into, int length) {
        write(into, length);
        position += length;
    }

    /** @throws Mismatch where what came is not what comes next */
    void check(byte[] came, int length) throws Mismatch {
        for (int at = 0; at < length; ) {
            int now = Math.min(expected.length, length - at);
            write(expected, now);
            int wrong = java.util.Arrays.mismatch(came, at, at + now, expected, 0, now);
            if (wrong >= 0) {
                throw new Mismatch("octet " + (position + wrong) + " is wrong");
            }
            position += now;
            at += now;
        }
    }

    private void write(byte[] into, int length) {
        int at = 0;
        while (at < length && (position + at) % 8 != 0) {
            into[at] = single(position + at);
            at++;
        }
        for (; at + 8 <= length; at += 8) {
            LONGS.set(into, at, word((position + at) / 8));
        }
        for (; at < length; at++) {
            into[at] = single(position + at);
        }
    }

    private byte single(long place) {
        return (byte) (word(place / 8) >>> (place % 8 * 8));
    }

    /** SplitMix64's output function (Steele et al., 2014). */
    private long word(long index) {
        long z = seed + index * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Something else came. */
    static final class Mismatch extends java.io.IOException {
        private static final long serialVersionUID = 1;

        Mismatch(String message) {
            super(message);
        }
    }
}

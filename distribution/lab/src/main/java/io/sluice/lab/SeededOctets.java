package io.sluice.lab;

import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * Octets that are a function of a stream's seed and of the place in it: what belongs to another stream, or to another place, is wrong nearly everywhere. Eight at a time
 * they are those of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
 */
final class SeededOctets {

    /** Octets of a seed, which the client sends before anything else. */
    static final int SEED_LENGTH = Long.BYTES;

    private static final long GOLDEN = 0x9e37_79b9_7f4a_7c15L;

    private SeededOctets() {}

    private static long word(long seed, long position) {
        long z = seed + (position / Long.BYTES + 1) * GOLDEN;
        z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
        return z ^ z >>> 31;
    }

    static byte at(long seed, long position) {
        return (byte) (word(seed, position) >>> Byte.SIZE * (position % Long.BYTES));
    }

    /** The octets from this place on. */
    static void fill(long seed, long position, byte[] into, int length) {
        long word = 0;
        for (int i = 0; i < length; i++) {
            long at = position + i;
            if (i == 0 || at % Long.BYTES == 0) {
                word = word(seed, at);
            }
            into[i] = (byte) (word >>> Byte.SIZE * (at % Long.BYTES));
        }
    }

    /** Where these octets, the first of which is at this place of the stream, are not what they should be; none if they are. */
    static OptionalInt firstWrong(long seed, long position, byte[] octets, int length) {
        long word = 0;
        for (int i = 0; i < length; i++) {
            long at = position + i;
            if (i == 0 || at % Long.BYTES == 0) {
                word = word(seed, at);
            }
            if (octets[i] != (byte) (word >>> Byte.SIZE * (at % Long.BYTES))) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    static byte[] seed(long seed) {
        return ByteBuffer.allocate(SEED_LENGTH).putLong(seed).array();
    }

    static long seed(byte[] octets) {
        return ByteBuffer.wrap(octets).getLong();
    }
}

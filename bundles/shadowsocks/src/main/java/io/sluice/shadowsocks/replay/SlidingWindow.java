package io.sluice.shadowsocks.replay;

/**
 * Which packet numbers of one session came already (SIP022 §3.2.4), by the algorithm of RFC 6479: a ring of bits whose words are cleared
 * as the highest number moves on, so that nothing is shifted. 256 octets.
 *
 * <p>One loop.
 */
public final class SlidingWindow {

    /** Ring of 2^11 bits; a word of it is always being filled, so this many numbers behind the highest are known. */
    public static final int SIZE = 2_048 - Long.SIZE;

    private static final int WORDS = 2_048 / Long.SIZE;
    private static final int WORD_SHIFT = 6;

    private final long[] ring = new long[WORDS];
    private long highest = -1;

    /** Whether a packet of this number may be taken: not seen, not too old. Nothing is noted yet: the packet may turn out bad. */
    public boolean isFresh(long number) {
        if (number < 0) {
            // Above 2^63: no sender counts that far.
            return false;
        }
        if (number > highest) {
            return true;
        }
        return number > highest - SIZE && (ring[word(number)] & 1L << number) == 0;
    }

    /** Notes a fresh number, once its packet has proved good. */
    public void mark(long number) {
        if (number > highest) {
            long from = highest < 0 ? 0 : highest >> WORD_SHIFT;
            long steps = Math.min((number >> WORD_SHIFT) - from, WORDS);
            for (long step = 1; step <= steps; step++) {
                ring[(int) (from + step) & WORDS - 1] = 0;
            }
            highest = number;
        }
        ring[word(number)] |= 1L << number;
    }

    private static int word(long number) {
        return (int) (number >> WORD_SHIFT) & WORDS - 1;
    }
}

package io.sluice.itest;

/**
 * The bytes of a download: 8-byte words that say where they stand, so that a lost, doubled or foreign byte is found at its place. The last
 * word is the complement of what would have been there: an end that no fault can look like.
 */
final class Stream {

    static final int WORD = Long.BYTES;

    private Stream() {}

    /** @param position a multiple of {@link #WORD} */
    static long word(long position) {
        long mixed = (position + 1) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 29);
    }

    static long end(long position) {
        return ~word(position);
    }
}

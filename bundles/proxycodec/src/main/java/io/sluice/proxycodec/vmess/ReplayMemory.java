package io.sluice.proxycodec.vmess;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Remembers values of 128 bits for a time at least, so that none is taken twice.
 *
 * <p>Two tables: new values go into the younger, and after {@code span} the younger becomes the older and the older is forgotten. So a value is remembered for
 * one to two spans. Open addressing, half full at most: 32 octets a value. When the younger table is as large as it may be and full, values are refused, not
 * forgotten: it fails closed.
 *
 * <p>Any thread; only who has proved to be a user gets here.
 */
final class ReplayMemory {

    /** Ours: 2,184 connections a second for the longer span; 16 MiB a table. */
    static final int MAX_VALUES = 1 << 19;

    private static final int FIRST_SLOTS = 1 << 10;

    private final long spanSeconds;
    private final long mixer;
    private long[] younger = new long[2 * FIRST_SLOTS];
    private long[] older = new long[0];
    private int values;
    private long began = Long.MIN_VALUE;

    /** @param random makes where values stand unknowable */
    ReplayMemory(Duration span, RandomGenerator random) {
        this.spanSeconds = span.toSeconds();
        this.mixer = random.nextLong();
    }

    /**
     * Whether it is new; it is remembered from now on.
     *
     * @param seconds of any clock that does not go back by much
     */
    synchronized boolean isNew(long high, long low, long seconds) {
        turn(seconds);
        // A pair of zeros marks an empty slot.
        long first = high == 0 && low == 0 ? 1 : high;
        if (holds(older, first, low) || holds(younger, first, low) || values == MAX_VALUES) {
            return false;
        }
        if (4 * (values + 1) > younger.length) {
            grow();
        }
        put(younger, first, low);
        values++;
        return true;
    }

    /** What its tables take. */
    synchronized long octets() {
        return (long) Long.BYTES * (younger.length + older.length);
    }

    private void turn(long seconds) {
        if (began == Long.MIN_VALUE) {
            began = seconds;
        }
        long passed = seconds - began;
        if (passed >= spanSeconds) {
            older = passed >= 2 * spanSeconds ? new long[0] : younger;
            younger = new long[2 * FIRST_SLOTS];
            values = 0;
            began = seconds;
        }
    }

    private void grow() {
        long[] larger = new long[2 * younger.length];
        for (int i = 0; i < younger.length; i += 2) {
            if (younger[i] != 0 || younger[i + 1] != 0) {
                put(larger, younger[i], younger[i + 1]);
            }
        }
        younger = larger;
    }

    private boolean holds(long[] table, long high, long low) {
        if (table.length == 0) {
            return false;
        }
        int slot = slot(table, high, low);
        return table[slot] != 0 || table[slot + 1] != 0;
    }

    private void put(long[] table, long high, long low) {
        int slot = slot(table, high, low);
        table[slot] = high;
        table[slot + 1] = low;
    }

    /** Where it stands, or the empty slot where it would. */
    private int slot(long[] table, long high, long low) {
        long mixed = (high ^ mixer) * 0x9e3779b97f4a7c15L ^ low;
        mixed ^= mixed >>> 32;
        int mask = table.length - 1;
        int slot = (int) (mixed * 2) & mask;
        while ((table[slot] != 0 || table[slot + 1] != 0) && (table[slot] != high || table[slot + 1] != low)) {
            slot = slot + 2 & mask;
        }
        return slot;
    }
}

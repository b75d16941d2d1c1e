package io.sluice.shadowsocks.replay;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A set of salts of 16 or 32 octets in one array of longs: open addressing, linear probing. Grows by doubling, and never beyond two slots for each
 * salt of its capacity: 64 octets for the longest.
 */
final class SaltSet {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int FIRST_SLOTS = 64;

    private final int words;
    private final int capacity;
    private final long seed;
    private long[] table;
    private int slots = FIRST_SLOTS;
    private int size;
    /** The one salt that an empty slot looks like. */
    private boolean zero;

    /** @param capacity how many it takes, a power of two */
    SaltSet(int saltLength, int capacity, long seed) {
        this.words = saltLength / Long.BYTES;
        this.capacity = capacity;
        this.seed = seed;
        this.table = new long[slots * words];
    }

    boolean contains(byte[] array, int offset) {
        return isZero(array, offset) ? zero : matches(slot(array, offset), array, offset);
    }

    /** False if there is no room. The salt is not in it yet. */
    boolean add(byte[] array, int offset) {
        if (isFull()) {
            return false;
        }
        size++;
        if (isZero(array, offset)) {
            zero = true;
            return true;
        }
        // Linear probing stays short up to three quarters.
        if (size > slots - (slots >> 2)) {
            grow();
        }
        int slot = slot(array, offset);
        for (int i = 0; i < words; i++) {
            table[slot * words + i] = (long) LONG.get(array, offset + i * Long.BYTES);
        }
        return true;
    }

    boolean isFull() {
        return size >= capacity;
    }

    int size() {
        return size;
    }

    long memory() {
        return (long) table.length * Long.BYTES;
    }

    /** Where it is, or would be. */
    private int slot(byte[] array, int offset) {
        int slot = home((long) LONG.get(array, offset));
        while (!isEmpty(slot) && !matches(slot, array, offset)) {
            slot = slot + 1 & slots - 1;
        }
        return slot;
    }

    /** The finalizer of MurmurHash3, over the seed. */
    private int home(long word) {
        long h = word ^ seed;
        h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
        h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
        return (int) (h ^ h >>> 33) & slots - 1;
    }

    private boolean isEmpty(int slot) {
        for (int i = 0; i < words; i++) {
            if (table[slot * words + i] != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean matches(int slot, byte[] array, int offset) {
        long difference = 0;
        for (int i = 0; i < words; i++) {
            difference |= table[slot * words + i] ^ (long) LONG.get(array, offset + i * Long.BYTES);
        }
        return difference == 0;
    }

    private boolean isZero(byte[] array, int offset) {
        long all = 0;
        for (int i = 0; i < words; i++) {
            all |= (long) LONG.get(array, offset + i * Long.BYTES);
        }
        return all == 0;
    }

    private void grow() {
        long[] old = table;
        int oldSlots = slots;
        slots *= 2;
        table = new long[slots * words];
        for (int from = 0; from < oldSlots; from++) {
            boolean used = false;
            for (int i = 0; i < words; i++) {
                used |= old[from * words + i] != 0;
            }
            if (used) {
                int to = home(old[from * words]);
                while (!isEmpty(to)) {
                    to = to + 1 & slots - 1;
                }
                System.arraycopy(old, from * words, table, to * words, words);
            }
        }
    }
}

package io.sluice.netstack.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Endpoints by 5-tuple: open addressing with linear probing, removal by shifting back, no allocation but for growth. The hash is keyed, so
 * that a client cannot choose its ports to collide.
 */
public final class EndpointTable<E extends Endpoint> {

    private static final int MIN_CAPACITY = 64;

    private final long seed;
    private Endpoint[] slots = new Endpoint[MIN_CAPACITY];
    private int[] hashes = new int[MIN_CAPACITY];
    private int size;

    /** @param seed random, other in every process */
    public EndpointTable(long seed) {
        this.seed = seed;
    }

    public int size() {
        return size;
    }

    /** The endpoint, or null. */
    public E find(long remoteHigh, long remoteLow, long localHigh, long localLow, int ports) {
        int hash = hash(remoteHigh, remoteLow, localHigh, localLow, ports);
        int mask = slots.length - 1;
        for (int slot = hash & mask; slots[slot] != null; slot = slot + 1 & mask) {
            if (hashes[slot] == hash && slots[slot].matches(remoteHigh, remoteLow, localHigh, localLow, ports)) {
                return cast(slots[slot]);
            }
        }
        return null;
    }

    /** Adds an endpoint whose key is not there yet. */
    public void add(E endpoint) {
        if ((size + 1) * 2 > slots.length) {
            resize(slots.length * 2);
        }
        int hash = hash(endpoint);
        int slot = freeSlot(hash);
        slots[slot] = endpoint;
        hashes[slot] = hash;
        size++;
    }

    /** Puts {@code successor}, which has the same key, in the place of {@code endpoint}. */
    public void replace(E endpoint, E successor) {
        slots[slotOf(endpoint)] = successor;
    }

    /** Removes this very endpoint; false if it is not there. */
    public boolean remove(E endpoint) {
        int hole = slotOf(endpoint);
        if (hole < 0) {
            return false;
        }
        int mask = slots.length - 1;
        // Knuth 6.4 algorithm R: whatever could have stood in the hole moves back.
        for (int slot = hole + 1 & mask; slots[slot] != null; slot = slot + 1 & mask) {
            int home = hashes[slot] & mask;
            if ((slot - home & mask) >= (slot - hole & mask)) {
                slots[hole] = slots[slot];
                hashes[hole] = hashes[slot];
                hole = slot;
            }
        }
        slots[hole] = null;
        size--;
        if (slots.length > MIN_CAPACITY && size * 8 < slots.length) {
            resize(slots.length / 2);
        }
        return true;
    }

    /** A copy, so that the caller may remove while it walks. */
    public List<E> all() {
        List<E> all = new ArrayList<>(size);
        for (Endpoint endpoint : slots) {
            if (endpoint != null) {
                all.add(cast(endpoint));
            }
        }
        return all;
    }

    private int slotOf(Endpoint endpoint) {
        int mask = slots.length - 1;
        for (int slot = hash(endpoint) & mask; slots[slot] != null; slot = slot + 1 & mask) {
            if (slots[slot] == endpoint) {
                return slot;
            }
        }
        return -1;
    }

    private int freeSlot(int hash) {
        int mask = slots.length - 1;
        int slot = hash & mask;
        while (slots[slot] != null) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void resize(int capacity) {
        Endpoint[] oldSlots = slots;
        int[] oldHashes = hashes;
        slots = new Endpoint[capacity];
        hashes = new int[capacity];
        for (int i = 0; i < oldSlots.length; i++) {
            if (oldSlots[i] != null) {
                int slot = freeSlot(oldHashes[i]);
                slots[slot] = oldSlots[i];
                hashes[slot] = oldHashes[i];
            }
        }
    }

    private int hash(Endpoint e) {
        return hash(e.remoteHigh, e.remoteLow, e.localHigh, e.localLow, e.ports);
    }

    private int hash(long rh, long rl, long lh, long ll, int ports) {
        long h = mix(seed ^ rh);
        h = mix(h ^ rl);
        h = mix(h ^ lh);
        h = mix(h ^ ll);
        return (int) (mix(h ^ ports) >>> 32);
    }

    /** Finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    @SuppressWarnings("unchecked")
    private E cast(Endpoint endpoint) {
        return (E) endpoint;
    }
}

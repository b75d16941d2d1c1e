package io.sluice.testkit.impairment;

import java.util.Random;

/**
 * One direction of a bad path, in time that it is told: decides what becomes of a frame and when it arrives, and keeps what is under way in
 * order of arrival. A frame is a number to it, of the slot in which somebody else keeps it.
 *
 * <p>mtu → bottleneck's queue → loss → corruption → duplication → delay. A lost frame has used the bottleneck, as on a radio link behind it.
 */
final class ImpairedDirection {

    /** The answer to {@link #offer}: the frame is not under way and its slot is free. */
    static final long DROPPED = -1;

    private final Impairment impairment;
    private final Random random;
    private final RelayCounters.Direction counters;
    private final long[] arrivals;
    private final long[] frames;
    private int size;
    private long order;
    private long freeAtNanos;

    /**
     * @param capacity frames under way at most
     * @param counters updated by this
     */
    ImpairedDirection(Impairment impairment, long seed, int capacity, RelayCounters.Direction counters) {
        this.impairment = impairment;
        this.random = new Random(seed);
        this.counters = counters;
        this.arrivals = new long[capacity];
        this.frames = new long[capacity];
    }

    /** Whether it lets through no more than 1 Gbit/s, which a thread can relay in a part of its time. */
    boolean isPaced() {
        return impairment.bitsPerSecond() > 0 && impairment.bitsPerSecond() <= 1_000_000_000;
    }

    /** Whether the frame just decided on should arrive a second time. */
    boolean duplicates() {
        return impairment.duplicate() > 0 && random.nextDouble() < impairment.duplicate();
    }

    /** The bit to flip of a frame with so many octets behind its link header, or -1. */
    int corruptedBit(int octets) {
        return impairment.corrupt() > 0 && octets > 0 && random.nextDouble() < impairment.corrupt()
                ? random.nextInt(octets * 8)
                : -1;
    }

    /**
     * Decides when a frame arrives.
     *
     * @param octets of its IP packet
     * @param spared that it is only to be delayed
     * @return time of arrival, or {@link #DROPPED}; {@link #enter} puts it under way
     */
    long offer(int octets, boolean spared, long nowNanos) {
        if (spared) {
            return nowNanos + impairment.delay().toNanos();
        }
        counters.offered++;
        if (octets > impairment.mtu()) {
            counters.tooLong++;
            return DROPPED;
        }
        long out = nowNanos;
        if (impairment.bitsPerSecond() > 0) {
            long begins = Math.max(nowNanos, freeAtNanos);
            double waiting = (begins - nowNanos) * 1e-9 * impairment.bitsPerSecond() / 8;
            if (waiting + octets > Math.max(impairment.queueBytes(), octets)) {
                counters.queueFull++;
                return DROPPED;
            }
            freeAtNanos = begins + octets * 8_000_000_000L / impairment.bitsPerSecond();
            out = freeAtNanos;
        }
        if (impairment.loss() > 0 && random.nextDouble() < impairment.loss()) {
            counters.lost++;
            return DROPPED;
        }
        if (impairment.reorder() > 0 && random.nextDouble() < impairment.reorder()) {
            counters.overtaking++;
            return out;
        }
        long jitter = impairment.jitter().toNanos();
        long spread = jitter == 0 ? 0 : random.nextLong(-jitter, jitter + 1);
        return out + impairment.delay().toNanos() + spread;
    }

    boolean full() {
        return size == arrivals.length;
    }

    /** Puts a frame under way; frames of the same time arrive in the order in which they entered. */
    void enter(int frame, long arrivalNanos) {
        int at = size++;
        long packed = order++ << 24 | frame;
        while (at > 0) {
            int parent = (at - 1) / 2;
            if (!before(arrivalNanos, packed, parent)) {
                break;
            }
            arrivals[at] = arrivals[parent];
            frames[at] = frames[parent];
            at = parent;
        }
        arrivals[at] = arrivalNanos;
        frames[at] = packed;
    }

    private boolean before(long arrival, long packed, int other) {
        return arrival < arrivals[other] || arrival == arrivals[other] && packed < frames[other];
    }

    /** When the next frame arrives; {@link Long#MAX_VALUE} where none is under way. */
    long nextArrivalNanos() {
        return size == 0 ? Long.MAX_VALUE : arrivals[0];
    }

    /** The frame that arrives next, which is no longer under way then. */
    int take() {
        final int frame = (int) (frames[0] & 0xff_ffff);
        size--;
        long arrival = arrivals[size];
        long packed = frames[size];
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && before(arrivals[child + 1], frames[child + 1], child)) {
                child++;
            }
            if (before(arrival, packed, child)) {
                break;
            }
            arrivals[at] = arrivals[child];
            frames[at] = frames[child];
            at = child;
        }
        arrivals[at] = arrival;
        frames[at] = packed;
        return frame;
    }
}

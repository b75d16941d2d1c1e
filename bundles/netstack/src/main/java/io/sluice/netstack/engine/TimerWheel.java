package io.sluice.netstack.engine;

/**
 * Hierarchical timer wheel.
 *
 * <p>Theory of operation. Time is counted in ticks of 2^20 ns (1.05 ms): RACK and TLP (RFC 8985) want about a millisecond, everything else
 * less. Seven levels of 64 lists hold 2^42 ticks (146 years of running); a deadline lies at most 2^36 ticks (2.3 years) ahead. A timer stands on the level of the highest group of six bits in which its tick
 * differs from the present one, so every timer on a level comes before every timer on the next, and a bit map per level finds the earliest
 * list in one instruction. When the present reaches a list of a higher level, its timers move down (cascade); on level 0 they expire.
 * Arming, disarming and finding the next deadline are O(1) and allocate nothing. A timer never fires early, and late by at most one tick
 * plus the driver's own delay.
 */
public final class TimerWheel {

    /** log2 of nanoseconds a tick. */
    public static final int TICK_SHIFT = 20;

    private static final int LEVEL_BITS = 6;
    private static final int LISTS = 1 << LEVEL_BITS;
    private static final int LEVELS = 7;
    private static final long MAX_DELTA = 1L << 36;

    private final long origin;
    private final Alarm alarm;
    private final WheelTimer[] heads = new WheelTimer[LISTS * LEVELS];
    private final long[] occupied = new long[LEVELS];
    private long present;
    private long armedFor = Long.MAX_VALUE;

    public TimerWheel(long nowNanos, Alarm alarm) {
        this.origin = nowNanos;
        this.alarm = alarm;
    }

    /** Arms the timer, or moves it. */
    public void arm(WheelTimer timer, long deadlineNanos) {
        long tick = deadlineNanos - origin + (1L << TICK_SHIFT) - 1 >> TICK_SHIFT;
        tick = Math.max(present + 1, Math.min(tick, present + MAX_DELTA));
        if (timer.list >= 0) {
            if (timer.tick == tick) {
                return;
            }
            unlink(timer);
        }
        timer.tick = tick;
        link(timer);
        if (tick < armedFor) {
            announce(tick);
        }
    }

    public void disarm(WheelTimer timer) {
        if (timer.list >= 0) {
            unlink(timer);
        }
    }

    /** Expires what is due. Timers armed meanwhile wait for a later tick. If one throws, the others follow with the next alarm. */
    public void advance(long nowNanos) {
        long now = nowNanos - origin >> TICK_SHIFT;
        armedFor = Long.MIN_VALUE; // nothing is announced from inside
        try {
            for (int list = earliest(); list >= 0 && start(list) <= now; list = earliest()) {
                present = Math.max(present, start(list));
                drain(list, nowNanos);
            }
            present = Math.max(present, now);
        } finally {
            announceEarliest();
        }
    }

    private void announceEarliest() {
        armedFor = Long.MAX_VALUE;
        int list = earliest();
        if (list >= 0) {
            announce(start(list));
        }
    }

    private void announce(long tick) {
        armedFor = tick;
        alarm.arm(origin + (tick << TICK_SHIFT));
    }

    private void drain(int list, long nowNanos) {
        for (WheelTimer timer = heads[list]; timer != null; timer = heads[list]) {
            unlink(timer);
            if (timer.tick <= present) {
                timer.expired(nowNanos);
            } else {
                link(timer);
            }
        }
    }

    /** The list that comes first, or −1. */
    private int earliest() {
        for (int level = 0; level < LEVELS; level++) {
            if (occupied[level] != 0) {
                return level * LISTS + Long.numberOfTrailingZeros(occupied[level]);
            }
        }
        return -1;
    }

    /** First tick of a list. */
    private long start(int list) {
        int shift = list / LISTS * LEVEL_BITS;
        long above = present >> shift + LEVEL_BITS << shift + LEVEL_BITS;
        return above | (long) (list % LISTS) << shift;
    }

    private void link(WheelTimer timer) {
        long difference = timer.tick ^ present;
        int level = difference == 0 ? 0 : (63 - Long.numberOfLeadingZeros(difference)) / LEVEL_BITS;
        int slot = (int) (timer.tick >> level * LEVEL_BITS) & LISTS - 1;
        int list = level * LISTS + slot;
        WheelTimer head = heads[list];
        timer.list = list;
        timer.previous = null;
        timer.next = head;
        if (head != null) {
            head.previous = timer;
        }
        heads[list] = timer;
        occupied[level] |= 1L << slot;
    }

    private void unlink(WheelTimer timer) {
        if (timer.previous == null) {
            heads[timer.list] = timer.next;
            if (timer.next == null) {
                occupied[timer.list / LISTS] &= ~(1L << timer.list % LISTS);
            }
        } else {
            timer.previous.next = timer.next;
        }
        if (timer.next != null) {
            timer.next.previous = timer.previous;
        }
        timer.list = -1;
        timer.previous = null;
        timer.next = null;
    }
}

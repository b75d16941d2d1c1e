package io.sluice.shadowsocks.replay;

import java.time.Duration;

/**
 * The salts that came lately, exact and bounded. Only salts of messages that proved genuine are put in, so nobody without the key can fill it.
 *
 * <p>Theory of operation. Two generations: a salt is looked for in both and put into the younger. When a generation is over, the younger
 * becomes the older, and the older is forgotten. So a salt is remembered for at least {@code retention}.
 *
 * <pre>
 * {@link #forSpan}    SIP022 §3.1.4: a generation is over when it is as old as the retention. Older salts need no memory, their time-stamps give them away.
 * {@link #forCount}   SIP004 has no time-stamps: a generation is over when it is full, however long that takes.
 * </pre>
 *
 * A generation that is full before it may end fails closed: what is fresh is refused then, and counted.
 *
 * <p>Any thread: asked once a connection (or a packet of SIP004), so a lock does.
 */
public final class SaltFilter {

    /** Why a salt was taken or not. */
    public enum Verdict {
        FRESH,
        REPLAYED,
        /** No room: not known whether it is fresh. */
        FULL
    }

    private final int saltLength;
    private final int capacity;
    private final long retentionNanos;
    private final boolean bySpan;
    private final long seed;
    private SaltSet younger;
    private SaltSet older;
    private long beganNanos;
    private boolean begun;

    private SaltFilter(int saltLength, int capacity, Duration retention, boolean bySpan, long seed) {
        this.saltLength = saltLength;
        this.capacity = capacity;
        this.retentionNanos = retention.toNanos();
        this.bySpan = bySpan;
        this.seed = seed;
        this.younger = new SaltSet(saltLength, capacity, seed);
        this.older = new SaltSet(saltLength, capacity, seed);
    }

    /**
     * Remembers for a span.
     *
     * @param capacity salts of one generation
     * @param seed unpredictable, so that nobody can choose salts that collide in the table
     */
    public static SaltFilter forSpan(int saltLength, int capacity, Duration span, long seed) {
        return new SaltFilter(saltLength, capacity, span, true, seed);
    }

    /** Remembers the last {@code capacity} at least; no generation ends before {@code least}. */
    public static SaltFilter forCount(int saltLength, int capacity, Duration least, long seed) {
        return new SaltFilter(saltLength, capacity, least, false, seed);
    }

    /**
     * Puts it in if it is fresh.
     *
     * @param nowNanos a clock that only goes forward
     */
    public synchronized Verdict add(byte[] array, int offset, long nowNanos) {
        if (!begun) {
            begun = true;
            beganNanos = nowNanos;
        }
        long age = nowNanos - beganNanos;
        if (bySpan && age >= retentionNanos) {
            turn(nowNanos, age < 2 * retentionNanos);
        }
        if (younger.contains(array, offset) || older.contains(array, offset)) {
            return Verdict.REPLAYED;
        }
        if (!bySpan && younger.isFull() && age >= retentionNanos) {
            turn(nowNanos, true);
        }
        return younger.add(array, offset) ? Verdict.FRESH : Verdict.FULL;
    }

    /** @param keep whether what the younger has is to be known on: not after a silence of two spans */
    private void turn(long nowNanos, boolean keep) {
        older = keep ? younger : new SaltSet(saltLength, capacity, seed);
        younger = new SaltSet(saltLength, capacity, seed);
        beganNanos = nowNanos;
    }

    /** Octets that both generations take now. */
    public synchronized long memory() {
        return younger.memory() + older.memory();
    }

    public synchronized int size() {
        return younger.size() + older.size();
    }
}

package io.sluice.flow.engine;

import java.util.concurrent.atomic.AtomicLong;

/** Lets one message a second through and counts the others, so that a storm of refusals is no storm of log lines. Any thread. */
final class OncePerSecond {

    private static final long NEVER = Long.MIN_VALUE;

    private final AtomicLong last = new AtomicLong(NEVER);
    private final AtomicLong held = new AtomicLong();

    /** The number of messages held back since the last one let through, or -1 if this one is to be held back. */
    long pass(long nowMillis) {
        long before = last.get();
        if ((before == NEVER || Math.abs(nowMillis - before) >= 1_000) && last.compareAndSet(before, nowMillis)) {
            return held.getAndSet(0);
        }
        held.incrementAndGet();
        return -1;
    }
}

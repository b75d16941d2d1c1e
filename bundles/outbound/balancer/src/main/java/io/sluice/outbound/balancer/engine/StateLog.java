package io.sluice.outbound.balancer.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log of a balancer's members, one line a change, a bounded number of lines a second. Any thread. */
final class StateLog {

    private static final Logger LOG = LoggerFactory.getLogger(StateLog.class);

    /** Ours: both states of a handful of members at once; more is a storm. */
    static final int LINES = 8;

    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    private final String tag;
    /** Guarded by this. */
    private long secondBegan;

    private int lines = LINES;
    private boolean begun;
    private final AtomicLong held = new AtomicLong();

    StateLog(String tag) {
        this.tag = tag;
    }

    void down(String member, String why, long backoffNanos, long nowNanos) {
        if (pass(nowNanos)) {
            LOG.warn(
                    "balancer '{}': '{}' is down, and is asked again in {} ms at the earliest: {}{}",
                    tag,
                    member,
                    Duration.ofNanos(backoffNanos).toMillis(),
                    why,
                    suppressed());
        }
    }

    void up(String member, long nowNanos) {
        if (pass(nowNanos)) {
            LOG.info("balancer '{}': '{}' is up again{}", tag, member, suppressed());
        }
    }

    void used(String member, long nowNanos) {
        if (pass(nowNanos)) {
            LOG.info("balancer '{}': flows go by '{}'{}", tag, member, suppressed());
        }
    }

    /** A member threw what it must not. */
    void fault(String member, Throwable cause, long nowNanos) {
        if (pass(nowNanos)) {
            LOG.error("balancer '{}': '{}' failed to open a flow{}", tag, member, suppressed(), cause);
        }
    }

    /** Once a change, not once a packet: a lock of three statements. */
    private synchronized boolean pass(long nowNanos) {
        if (!begun || nowNanos - secondBegan >= SECOND_NANOS) {
            begun = true;
            secondBegan = nowNanos;
            lines = LINES;
        }
        if (lines == 0) {
            held.incrementAndGet();
            return false;
        }
        lines--;
        return true;
    }

    private String suppressed() {
        long number = held.getAndSet(0);
        return number == 0 ? "" : " (" + number + " changes before were not told)";
    }
}

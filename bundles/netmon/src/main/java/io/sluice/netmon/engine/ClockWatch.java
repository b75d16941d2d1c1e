package io.sluice.netmon.engine;

import java.time.Duration;
import java.util.Optional;

/**
 * Notices that the machine was asleep or the process halted, by two clocks that are read every {@link #PERIOD}: one that stands still while the
 * machine sleeps (CLOCK_MONOTONIC) and one that does not (CLOCK_BOOTTIME, or the wall clock where there is none).
 *
 * <ul>
 *   <li>The second went on by {@link #SLEPT} more than the first: the machine slept.
 *   <li>The first went on by {@link #HALTED} between two readings: nobody ran us (SIGSTOP, a virtual machine that was paused).
 * </ul>
 */
final class ClockWatch {

    /** How often the clocks are read: a wake from sleep is noticed within this time where nobody announces it. */
    static final Duration PERIOD = Duration.ofSeconds(5);

    /** Readings are not at one instant, and a wall clock is slewed by up to 0.5 ms a second (adjtime); no sleep is shorter. */
    static final Duration SLEPT = Duration.ofSeconds(2);

    /** Three periods: a machine short of processor time misses one now and then. NAT forgets UDP after 30 s (RFC 4787 REQ-5: 2 min). */
    static final Duration HALTED = PERIOD.multipliedBy(3);

    private long last;
    private long lastElapsed;

    /**
     * @param now the clock that stands still, in nanoseconds
     * @param elapsed the clock that does not
     */
    ClockWatch(long now, Duration elapsed) {
        this.last = now;
        this.lastElapsed = elapsed.toNanos();
    }

    /**
     * Takes a reading.
     *
     * @param elapsed empty if the second clock could not be read this time
     * @return how long was slept or halted since the last reading, zero if not at all
     */
    Duration read(long now, Optional<Duration> elapsed) {
        long ran = now - last;
        long went = elapsed.map(e -> e.toNanos() - lastElapsed).orElse(ran);
        last = now;
        lastElapsed += went;
        if (went - ran >= SLEPT.toNanos()) {
            return Duration.ofNanos(went - ran);
        }
        return ran >= HALTED.toNanos() ? Duration.ofNanos(ran) : Duration.ZERO;
    }

    /** When the next reading is due. */
    long due() {
        return last + PERIOD.toNanos();
    }
}

package io.sluice.netmon.engine;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Draws a burst of announcements together: the network is looked at when it has been quiet for {@link #QUIET}, and at the latest
 * {@link #LONGEST} after the first one, so that a storm cannot put it off for ever.
 */
final class Coalescer {

    /** A DHCP client or a link that comes up makes its changes within some tens of milliseconds. */
    static final Duration QUIET = Duration.ofMillis(250);

    /** What a person takes for "at once" when a cable is pulled. */
    static final Duration LONGEST = Duration.ofSeconds(2);

    private boolean waiting;
    private long first;
    private long last;

    void announced(long now) {
        if (!waiting) {
            waiting = true;
            first = now;
        }
        last = now;
    }

    /** When to look, if anything was announced. */
    OptionalLong due() {
        if (!waiting) {
            return OptionalLong.empty();
        }
        long quiet = last - first + QUIET.toNanos();
        return OptionalLong.of(first + Math.min(quiet, LONGEST.toNanos()));
    }

    void looked() {
        waiting = false;
    }
}

package io.sluice.tunnel.engine;

import io.sluice.api.tunnel.TunnelError.ErrorCause;
import java.time.Duration;

/** How long to wait before a tunnel that is wanted is started again after a fault. */
final class BackOff {

    /** First delay: a driver's swap takes some 50 ms, so half a second later it is over. */
    static final Duration FIRST = Duration.ofMillis(500);

    /** Longest delay: a person who repairs something should not have to wait longer to see it work. */
    static final Duration LONGEST = Duration.ofSeconds(30);

    /** A tunnel that was up for this long was sound; the next fault begins with the first delay again. */
    static final Duration SOUND = Duration.ofMinutes(1);

    /** Between the beginnings of two attempts that nobody asked for: a link that flaps once a second must not make us busier than it is. */
    static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(1);

    /** So many losses of a device that stood cost the first delay only: whoever takes it away for a while is no reason to stay away for longer. */
    static final int LOSSES = 5;

    /** So much of a delay is left to chance, so that appliances that lost the same thing do not come back at one moment. */
    private static final double CHANCE = 0.25;

    private BackOff() {}

    /**
     * The delay before an attempt; every attempt doubles it.
     *
     * @param attempt from 1
     * @param jitter 0…1
     */
    static Duration delay(ErrorCause cause, long attempt, double jitter) {
        return delay(cause == ErrorCause.TUN_GONE ? Math.max(1, attempt - LOSSES + 1) : attempt, jitter);
    }

    static Duration delay(long attempt, double jitter) {
        long doublings = Math.min(attempt - 1, 10);
        Duration delay = FIRST.multipliedBy(1L << doublings);
        Duration most = delay.compareTo(LONGEST) > 0 ? LONGEST : delay;
        return Duration.ofNanos((long) (most.toNanos() * (1 - CHANCE + CHANCE * jitter)));
    }

    static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    /** Whether time alone may cure it. What needs a person is tried again only when a service comes back. */
    static boolean cures(ErrorCause cause) {
        return switch (cause) {
            case TUN_IN_USE, TUN_GONE, STACK_FAILED, ROUTE_REFUSED, KILLSWITCH_REFUSED, DNS_REFUSED, INTERNAL -> true;
            case PROFILE_MISSING,
                    PROFILE_INVALID,
                    SERVICE_ABSENT,
                    KILLSWITCH_ABSENT,
                    TUN_UNAVAILABLE,
                    NOT_PERMITTED,
                    LOOP -> false;
        };
    }
}

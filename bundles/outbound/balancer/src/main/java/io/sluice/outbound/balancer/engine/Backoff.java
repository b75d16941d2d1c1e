package io.sluice.outbound.balancer.engine;

import java.time.Duration;
import java.util.function.IntUnaryOperator;

/** How long a member that is down is left alone. */
final class Backoff {

    /** gRPC's (doc/connection-backoff.md): INITIAL_BACKOFF 1 s. */
    static final Duration FIRST = Duration.ofSeconds(1);

    /** gRPC's MULTIPLIER. */
    private static final double FACTOR = 1.6;

    /** gRPC's JITTER: up to so much of the time more or less, so that boxes do not come back to a server all at once. */
    private static final double JITTER = 0.2;

    /** Ours: a server that is back is noticed in half a minute, and an attempt in half a minute costs nobody anything. gRPC's MAX_BACKOFF, two minutes, is for clients without another server. */
    static final Duration LONGEST = Duration.ofSeconds(30);

    private static final int DICE = 1_000;

    private Backoff() {}

    /**
     * @param failures in a row, at least 1
     * @param dice gives a number from 0 to its argument, exclusive
     */
    static long nanos(int failures, IntUnaryOperator dice) {
        double nanos = Math.min(LONGEST.toNanos(), FIRST.toNanos() * Math.pow(FACTOR, failures - 1.0));
        double share = 2.0 * dice.applyAsInt(DICE) / DICE - 1;
        return Math.min(LONGEST.toNanos(), (long) (nanos * (1 + JITTER * share)));
    }
}

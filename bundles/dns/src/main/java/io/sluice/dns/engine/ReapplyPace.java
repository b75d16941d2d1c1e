package io.sluice.dns.engine;

import java.time.Duration;

/**
 * A bucket of permissions to set the resolver again. A DHCP client writes now and then, and is answered at once; a service that writes back whatever we write
 * would make an endless exchange of the two, so that the bucket empties and what is left is one attempt each {@link #REFILL}.
 */
public final class ReapplyPace {

    /** More than a host with several interfaces writes when all of them get a lease at once. */
    static final int BURST = 10;

    /** systemd starts a failing service 5 times in 10 s before it gives up (DefaultStartLimitBurst); a resolver is worth going on, at a third of that. */
    static final Duration REFILL = Duration.ofSeconds(6);

    private int left = BURST;
    private long since;

    /** @param now of a clock that only goes forward, in nanoseconds */
    public ReapplyPace(long now) {
        since = now;
    }

    /** Takes a permission, if there is one. */
    public boolean take(long now) {
        long gained = (now - since) / REFILL.toNanos();
        if (gained > 0) {
            left = (int) Math.min(BURST, left + gained);
            since += gained * REFILL.toNanos();
        }
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }
}

package io.sluice.outbound.balancer.engine;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What a balancer is configured to be.
 *
 * @param tag its own
 * @param members tags, in order
 * @param drainTimeout how long streams of a member that has gone may go on
 */
public record BalancerSettings(String tag, Strategy strategy, List<String> members, Duration drainTimeout) {

    public BalancerSettings {
        Objects.requireNonNull(tag, "tag");
        Objects.requireNonNull(strategy, "strategy");
        members = List.copyOf(members);
        if (drainTimeout.isNegative()) {
            throw new IllegalArgumentException(
                    "outbound \"" + tag + "\": drainTimeout must not be negative, it is " + drainTimeout);
        }
    }
}

package io.sluice.killswitch.spi;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Rules in order; the first whose matches all hold and that has a verdict decides.
 *
 * @param name unique in the filter
 * @param hook where in a packet's way; empty: reached only by {@link Action.Jump}
 * @param dropsRest what becomes of packets that no rule decides
 */
public record FilterChain(String name, Optional<Hook> hook, boolean dropsRest, List<FilterRule> rules) {

    /** Where in a packet's way. */
    public enum Hook {
        /** Everything that arrives, before it is routed. */
        ARRIVING,
        /** For this host. */
        INPUT,
        /** Through this host. */
        FORWARD,
        /** From this host. */
        OUTPUT,
        /** Everything that leaves, after all other filters have let it pass. */
        LEAVING
    }

    public FilterChain {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(hook, "hook");
        rules = List.copyOf(rules);
        if (hook.isEmpty() && dropsRest) {
            throw new IllegalArgumentException("chain " + name + " is a part of others: it returns to them");
        }
    }
}

package io.sluice.killswitch.spi;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One rule.
 *
 * @param counted under which name its packets are counted; empty: they are not
 */
public record FilterRule(List<Match> matches, Action action, Optional<String> counted) {

    public FilterRule {
        matches = List.copyOf(matches);
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(counted, "counted");
    }

    /** The same rule for packets for which this holds, too. */
    public FilterRule and(Match match) {
        List<Match> longer = new java.util.ArrayList<>(matches);
        longer.add(0, match);
        return new FilterRule(longer, action, counted);
    }
}

package io.sluice.killswitch.spi;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The complete filter.
 *
 * @param chains for packets of both families
 * @param guard a second filter, where packets leave an interface, that stands even while the first is being removed by somebody
 */
public record Filter(List<FilterChain> chains, Optional<Guard> guard) {

    /**
     * Rules at the very exit of every interface but the loopback and these; what no rule takes is dropped.
     *
     * @param except the TUN interface
     */
    public record Guard(List<FilterRule> rules, Optional<String> except) {
        public Guard {
            rules = List.copyOf(rules);
            Objects.requireNonNull(except, "except");
        }
    }

    public Filter {
        chains = List.copyOf(chains);
        Objects.requireNonNull(guard, "guard");
    }

    public Filter withoutGuard() {
        return new Filter(chains, Optional.empty());
    }
}

package io.sluice.config.engine;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which outbounds stand on which others: by going through them, or by being a group of them. */
final class OutboundCircles {

    private final Map<String, List<String>> edges = new HashMap<>();

    OutboundCircles(List<OutboundChain> chains, Collection<Balancer> balancers) {
        chains.forEach(c -> edges.put(c.tag(), List.of(c.via().value())));
        balancers.forEach(
                b -> edges.put(b.tag(), b.members().stream().map(Located::value).toList()));
    }

    /** Whether one of them leads to the other, over whatever many. */
    boolean leads(String from, String to) {
        return leads(from, to, new HashSet<>());
    }

    private boolean leads(String from, String to, Set<String> passed) {
        return edges.getOrDefault(from, List.of()).stream()
                .anyMatch(next -> next.equals(to) || (passed.add(next) && leads(next, to, passed)));
    }
}

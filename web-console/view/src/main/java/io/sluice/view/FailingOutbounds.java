package io.sluice.view;

import io.sluice.api.flow.FlowTable;
import io.sluice.api.flow.OutboundTrouble;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.policy.OutboundSelector;
import io.sluice.api.policy.RuleSnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The outbounds in trouble of those that rules name now: nobody sends a flow by another, so nobody would learn that it works again.
 *
 * @param troubles by tag
 * @param none whether no outbound is left that gets through to a server: of those that rules have sent flows to since they are in force, every one is in trouble. A rule
 *     without a hit, as the final one behind a rule for everything, promises nothing
 */
public record FailingOutbounds(SortedMap<String, OutboundTrouble> troubles, boolean none) {

    /** Types without a server of their own: what they open, or refuse, says nothing of the way to one. */
    private static final Set<String> WITHOUT_SERVER = Set.of("direct", "block", "dns", "loopback");

    static FailingOutbounds of(Rooms rooms) {
        SortedMap<String, OutboundTrouble> troubles =
                new TreeMap<>(rooms.flows().map(FlowTable::troubles).orElse(Map.of()));
        if (troubles.isEmpty()) {
            return new FailingOutbounds(troubles, false);
        }
        List<RuleSnapshot> rules = rooms.policy().map(OutboundSelector::rules).orElse(List.of());
        troubles.keySet().retainAll(rules.stream().map(RuleSnapshot::target).toList());
        Map<String, String> types = rooms.outbounds().stream()
                .collect(Collectors.toMap(Outbound::tag, Outbound::type, (one, other) -> one));
        List<RuleSnapshot> used = rules.stream().filter(rule -> rule.hits() > 0).toList();
        boolean tried = used.stream().anyMatch(rule -> troubles.containsKey(rule.target()));
        boolean works = used.stream()
                .filter(rule -> !troubles.containsKey(rule.target()))
                .map(rule -> types.get(rule.target()))
                .anyMatch(type -> type != null && !WITHOUT_SERVER.contains(type));
        return new FailingOutbounds(troubles, tried && !works);
    }

    List<String> warnings() {
        return each(entry -> "the outbound \"" + entry.getKey() + "\" has opened nothing since "
                + Views.second(entry.getValue().since()) + ": "
                + entry.getValue().reason() + ", " + entry.getValue().detail());
    }

    /** Without what changes with every failure, or every failure would be a change of the status. */
    List<Map<String, Object>> views() {
        return each(entry -> {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("outbound", entry.getKey());
            view.put("since", entry.getValue().since().toString());
            view.put("reason", entry.getValue().reason().name());
            view.put("detail", entry.getValue().detail());
            return view;
        });
    }

    private <T> List<T> each(Function<Map.Entry<String, OutboundTrouble>, T> shown) {
        return troubles.entrySet().stream().map(shown).toList();
    }
}

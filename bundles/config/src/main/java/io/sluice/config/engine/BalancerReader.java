package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads Xray's {@code routing.balancers}: groups of outbounds, each an outbound of its own tag. */
final class BalancerReader {

    /** Xray's {@code random}, which is its default, and {@code roundRobin}; {@code failover} is ours. */
    private static final List<String> STRATEGIES = List.of("random", "roundRobin", "failover");

    /** Xray's, for which outbounds would have to be probed. */
    private static final List<String> PROBING = List.of("leastPing", "leastLoad");

    private final Problems problems;
    private final Map<String, Place> outbounds;
    private final Optional<Integer> drainTimeoutMs;
    private final Map<String, Balancer> balancers = new LinkedHashMap<>();
    private final List<Component> components = new ArrayList<>();

    /**
     * @param outbounds places by tag, in the order of the configuration
     * @param drainTimeoutMs the flow room's, if it is configured: a balancer keeps to the same
     */
    BalancerReader(Problems problems, Map<String, Place> outbounds, Optional<Integer> drainTimeoutMs) {
        this.problems = problems;
        this.outbounds = outbounds;
        this.drainTimeoutMs = drainTimeoutMs;
    }

    /** All of them, good or not; then {@link #balancers} and {@link #components} tell what came of it. */
    void read(Section routing) {
        routing.sections("balancers").forEach(this::balancer);
    }

    Collection<Balancer> balancers() {
        return balancers.values();
    }

    Set<String> tags() {
        return balancers.keySet();
    }

    List<Component> components() {
        return components;
    }

    private void balancer(Section section) {
        long before = problems.errors();
        Optional<String> tag = tag(section);
        Optional<String> strategy = strategy(section);
        List<Located<String>> members = members(section);
        section.unsupportedText(
                "only probes could tell that the whole group is down; which outbounds are up is learned from the "
                        + "flows, and a website that fails could make all of them seem down",
                "remove it; or, if that outbound is to be used whenever the others fail, write the strategy "
                        + "\"failover\" and make it the last of selector",
                "fallbackTag");
        section.end();
        if (tag.isPresent()) {
            balancers.put(tag.get(), new Balancer(tag.get(), members));
            if (problems.errors() == before) {
                components.add(component(tag.get(), strategy, members));
            }
        }
    }

    private Component component(String tag, Optional<String> strategy, List<Located<String>> members) {
        List<String> names = members.stream().map(Located::value).toList();
        Map<String, Object> properties = new HashMap<>();
        properties.put("outbound.tag", tag);
        properties.put("outbound.type", "balancer");
        properties.put("strategy", strategy.orElse(STRATEGIES.getFirst()));
        properties.put("members", names.toArray(String[]::new));
        properties.put(
                "member.target", names.stream().map(OutboundChain::target).collect(Collectors.joining("", "(|", ")")));
        drainTimeoutMs.ifPresent(n -> properties.put("drainTimeoutMs", n));
        return new Component(Stage.OUTBOUND_PREFIX + "balancer", Optional.of(tag), properties);
    }

    private Optional<String> tag(Section section) {
        Optional<Located<String>> tag = section.required("tag", "write a tag that rules can name in balancerTag")
                .filter(new Values(problems)::tag);
        if (tag.isEmpty()) {
            return Optional.empty();
        }
        Place taken = outbounds.get(tag.get().value());
        if (taken != null || balancers.containsKey(tag.get().value())) {
            problems.add(
                    ProblemCode.DUPLICATE_TAG,
                    tag.get().at(),
                    tag.get().path(),
                    "The tag '" + tag.get().value() + "' is that of "
                            + (taken == null ? "another balancer already." : "an outbound already, at " + taken + "."),
                    "give one of them another tag");
            return Optional.empty();
        }
        return tag.map(Located::value);
    }

    private Optional<String> strategy(Section section) {
        Optional<Section> strategy = section.section("strategy");
        Optional<String> type = strategy.flatMap(s -> s.string("type"))
                .filter(t -> PROBING.stream().anyMatch(t.value()::equalsIgnoreCase))
                .map(t -> {
                    problems.add(
                            ProblemCode.NOT_SUPPORTED,
                            t.at(),
                            t.path(),
                            "'" + t.value()
                                    + "' would have to probe the outbounds, and nothing here does: which of them "
                                    + "are up is learned from the flows.",
                            "write \"failover\" to use the first that is up, or one of: random, roundRobin");
                    return t.value();
                })
                .or(() -> strategy.flatMap(s -> s.word("type", STRATEGIES)).map(Located::value));
        strategy.ifPresent(s -> {
            s.noEffect("none of the strategies has any", "settings");
            s.end();
        });
        return type;
    }

    private List<Located<String>> members(Section section) {
        List<Located<String>> prefixes = section.strings("selector");
        if (prefixes.isEmpty()) {
            problems.absent(
                    ProblemCode.MISSING_FIELD,
                    section.at("selector"),
                    section.path("selector"),
                    "The balancer selects no outbound.",
                    "write the beginnings of their tags, e.g. [\"proxy-\"]");
        }
        Map<String, Located<String>> members = new LinkedHashMap<>();
        for (Located<String> prefix : prefixes) {
            List<String> found = outbounds.keySet().stream()
                    .filter(tag -> tag.startsWith(prefix.value()))
                    .toList();
            found.forEach(tag -> members.putIfAbsent(tag, new Located<>(tag, prefix.at(), prefix.path())));
            if (found.isEmpty()) {
                problems.absent(
                        ProblemCode.UNRESOLVED_OUTBOUND,
                        prefix.at(),
                        prefix.path(),
                        "There is no outbound whose tag begins with '" + prefix.value() + "'.",
                        Nearest.suggestion(prefix.value(), outbounds.keySet()));
            }
        }
        return List.copyOf(members.values());
    }
}

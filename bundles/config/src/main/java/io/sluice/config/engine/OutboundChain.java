package io.sluice.config.engine;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * An outbound that reaches its server through another one: {@code proxySettings.tag}, or {@code sockopt.dialerProxy} which is the same.
 *
 * @param tag the outbound's own
 * @param via the other one's
 */
record OutboundChain(String tag, Located<String> via) {

    static Optional<OutboundChain> read(
            String tag, Section outbound, Optional<Section> stream, Map<String, Object> properties) {
        Optional<Located<String>> dialer =
                stream.flatMap(s -> s.section("sockopt")).flatMap(s -> s.string("dialerProxy"));
        Optional<Section> proxy = outbound.section("proxySettings");
        Optional<Located<String>> via = proxy.flatMap(p -> p.required("tag", "write the tag of another outbound"));
        proxy.ifPresent(p -> {
            // In Xray it says whether the layers lie within the other outbound or are left out; here they always lie
            // within.
            if (p.flag("transportLayer").filter(f -> !f.value()).isPresent() && stream.isPresent()) {
                p.noEffect("the layers of this outbound lie within the other one", "transportLayer");
            }
            p.end();
        });
        Optional<Located<String>> chosen =
                via.or(() -> dialer).filter(v -> !v.value().isEmpty());
        if (via.isPresent() && dialer.filter(d -> !d.value().isEmpty()).isPresent()) {
            outbound.problems()
                    .add(
                            ProblemCode.NOT_SUPPORTED,
                            dialer.get().at(),
                            dialer.get().path(),
                            "proxySettings.tag says already which outbound this one goes through.",
                            "remove one of them");
        }
        chosen.ifPresent(v -> {
            properties.put("via.target", target(v.value()));
            properties.put("via.cardinality.minimum", 1);
        });
        return chosen.map(v -> new OutboundChain(tag, v));
    }

    /** The filter for the outbound of a tag: RFC 4515 §3 as OSGi reads it; a tag has neither \ nor *. */
    static String target(String tag) {
        return "(outbound.tag=" + tag.replace("(", "\\(").replace(")", "\\)") + ")";
    }

    /**
     * @param tags of all outbounds
     * @param loopbacks tags of those that lead to the rules, which could lead back to the outbound that asks
     */
    static void check(
            List<OutboundChain> chains,
            Set<String> tags,
            Set<String> loopbacks,
            Collection<Balancer> balancers,
            Problems problems) {
        Map<String, Balancer> groups =
                balancers.stream().collect(Collectors.toMap(Balancer::tag, Function.identity(), (a, _) -> a));
        OutboundCircles circles = new OutboundCircles(chains, balancers);
        for (OutboundChain chain : chains) {
            Located<String> via = chain.via();
            Balancer group = groups.get(via.value());
            if (!tags.contains(via.value()) && group == null) {
                Set<String> all = new TreeSet<>(tags);
                all.addAll(groups.keySet());
                problems.add(
                        ProblemCode.UNRESOLVED_OUTBOUND,
                        via.at(),
                        via.path(),
                        "There is no outbound '" + via.value() + "'.",
                        Nearest.suggestion(via.value(), all));
            } else if (loopbacks.contains(via.value())) {
                problems.add(
                        ProblemCode.NOT_SUPPORTED,
                        via.at(),
                        via.path(),
                        "The outbound '" + via.value() + "' takes flows only, not an outbound's own connection.",
                        "name the outbound that the rules would choose");
            } else if (group != null && group.members().stream().anyMatch(m -> loopbacks.contains(m.value()))) {
                problems.add(
                        ProblemCode.NOT_SUPPORTED,
                        via.at(),
                        via.path(),
                        "The balancer '" + via.value() + "' has a loopback in it, which takes flows only, not an "
                                + "outbound's own connection.",
                        "name a balancer without one");
            } else if (circles.leads(chain.tag(), chain.tag())) {
                problems.add(
                        ProblemCode.OUTBOUND_CIRCLE,
                        via.at(),
                        via.path(),
                        "The outbound '" + chain.tag() + "' would go through itself.",
                        group == null
                                ? "let one of them go directly"
                                : "let it go directly, or take it out of the balancer '" + group.tag() + "'");
            }
        }
    }
}

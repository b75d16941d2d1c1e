package io.sluice.config.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
            properties.put("via.target", "(outbound.tag=" + filterValue(v.value()) + ")");
            properties.put("via.cardinality.minimum", 1);
        });
        return chosen.map(v -> new OutboundChain(tag, v));
    }

    /** RFC 4515 §3 as OSGi reads it; a tag has neither \ nor *. */
    private static String filterValue(String tag) {
        return tag.replace("(", "\\(").replace(")", "\\)");
    }

    /** @param loopbacks tags of those that lead to the rules, which could lead back to the outbound that asks */
    static void check(List<OutboundChain> chains, Set<String> tags, Set<String> loopbacks, Problems problems) {
        Map<String, OutboundChain> byTag =
                chains.stream().collect(Collectors.toMap(OutboundChain::tag, Function.identity(), (a, _) -> a));
        for (OutboundChain chain : chains) {
            Located<String> via = chain.via();
            if (!tags.contains(via.value())) {
                problems.add(
                        ProblemCode.UNRESOLVED_OUTBOUND,
                        via.at(),
                        via.path(),
                        "There is no outbound '" + via.value() + "'.",
                        Nearest.suggestion(via.value(), List.copyOf(tags)));
            } else if (loopbacks.contains(via.value())) {
                problems.add(
                        ProblemCode.NOT_SUPPORTED,
                        via.at(),
                        via.path(),
                        "The outbound '" + via.value() + "' takes flows only, not an outbound's own connection.",
                        "name the outbound that the rules would choose");
            } else if (chain.isCircle(byTag)) {
                problems.add(
                        ProblemCode.OUTBOUND_CIRCLE,
                        via.at(),
                        via.path(),
                        "The outbound '" + chain.tag() + "' would go through itself.",
                        "let one of them go directly");
            }
        }
    }

    private boolean isCircle(Map<String, OutboundChain> byTag) {
        Set<String> passed = new HashSet<>();
        for (OutboundChain at = this; at != null; at = byTag.get(at.via().value())) {
            if (!passed.add(at.tag())) {
                return at.tag().equals(tag);
            }
        }
        return false;
    }
}

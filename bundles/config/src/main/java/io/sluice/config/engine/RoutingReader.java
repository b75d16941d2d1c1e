package io.sluice.config.engine;

import io.sluice.config.engine.Rule.Condition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Compiles Xray's {@code routing} into the rules of policy. */
final class RoutingReader {

    private static final List<String> NETWORKS = List.of("tcp", "udp", "icmp");

    /** What a rule may name beside outbounds. */
    private static final List<String> SPECIAL = List.of("!reject", "!drop");

    /** Pairs of rules that are compared to find unreachable ones: all of them up to 1,400 rules. */
    private static final int MOST_PAIRS = 1_000_000;

    private record Placed(Rule rule, Section section) {}

    private final Problems problems;
    private final Set<String> inbounds;
    private final Collection<String> outbounds;
    private final Collection<String> balancers;
    private final RuleValues values;
    private final Values single;
    private final List<Placed> rules = new ArrayList<>();
    private int pairs;

    RoutingReader(
            Problems problems,
            Collection<String> inbounds,
            Collection<String> outbounds,
            Collection<String> balancers) {
        this.problems = problems;
        this.inbounds = new TreeSet<>(inbounds);
        this.inbounds.add(ConfigReader.TUN_TAG);
        this.outbounds = new TreeSet<>(outbounds);
        this.balancers = new TreeSet<>(balancers);
        this.values = new RuleValues(problems);
        this.single = new Values(problems);
    }

    /** @param first tag of the first outbound, which takes what no rule takes */
    Component read(Optional<Section> routing, String first) {
        routing.ifPresent(this::routing);
        Map<String, Object> properties = new HashMap<>();
        properties.put("rules", rules.stream().map(p -> p.rule().line()).toArray(String[]::new));
        properties.put("final", first);
        return new Component(Stage.POLICY_PID, Optional.empty(), properties);
    }

    private void routing(Section routing) {
        routing.string("domainStrategy").ifPresent(s -> {
            if (!s.value().equalsIgnoreCase("AsIs")) {
                problems.add(
                        ProblemCode.NOT_SUPPORTED,
                        s.at(),
                        s.path(),
                        "Names are not resolved for the rules: '" + s.value() + "' is not to be had here yet.",
                        "write \"AsIs\"");
            }
        });
        routing.noEffect("there is one matcher", "domainMatcher");
        routing.sections("balancers"); // BalancerReader has them
        routing.removed("strategy", "routing.rules directly");
        routing.removed("settings", "routing.rules directly");
        routing.sections("rules").forEach(this::rule);
        routing.end();
    }

    private void rule(Section section) {
        long before = problems.errors();
        section.word("type", List.of("field"));
        Map<Condition, List<String>> conditions = new EnumMap<>(Condition.class);
        put(conditions, Condition.NETWORK, values.networks(section, NETWORKS));
        put(conditions, Condition.IP, values.addresses(section.strings("ip")));
        put(conditions, Condition.SOURCE, values.addresses(section.strings(section.either("sourceIP", "source"))));
        put(conditions, Condition.PORT, values.ports(section, "port"));
        put(conditions, Condition.SOURCE_PORT, values.ports(section, "sourcePort"));
        put(conditions, Condition.DOMAIN, values.domains(section.strings(section.either("domain", "domains"))));
        put(conditions, Condition.INBOUND_TAG, inboundTags(section));
        put(
                conditions,
                Condition.USER,
                section.strings("user").stream().map(Located::value).toList());
        Optional<String> name = section.string("ruleTag").filter(single::tag).map(Located::value);
        Optional<String> outbound = outbound(section);
        others(section);
        section.end();
        if (problems.errors() > before || outbound.isEmpty()) {
            return;
        }
        if (conditions.isEmpty()) {
            problems.absent(
                    ProblemCode.EMPTY_RULE,
                    section.at(),
                    section.path(),
                    "This rule has no condition.",
                    "write \"network\": \"tcp,udp\" if it is to match everything");
            return;
        }
        Rule rule = new Rule(name, conditions, outbound.get());
        pairs += rules.size();
        if (pairs <= MOST_PAIRS) {
            rules.stream()
                    .filter(p -> RuleCover.covers(p.rule(), rule))
                    .findFirst()
                    .ifPresent(p -> unreachable(section, p));
        }
        rules.add(new Placed(rule, section));
    }

    private void unreachable(Section section, Placed earlier) {
        problems.add(
                ProblemCode.UNREACHABLE_RULE,
                section.at(),
                section.path(),
                "This rule never matches: " + earlier.section().path() + " at "
                        + earlier.section().at() + " takes all of it.",
                "put it before that one, or remove it");
    }

    private static void put(Map<Condition, List<String>> conditions, Condition condition, List<String> list) {
        if (!list.isEmpty()) {
            conditions.put(condition, List.copyOf(list));
        }
    }

    private List<String> inboundTags(Section section) {
        List<String> tags = new ArrayList<>();
        for (Located<String> tag : section.strings("inboundTag")) {
            if (!inbounds.contains(tag.value())) {
                problems.absent(
                        ProblemCode.UNRESOLVED_INBOUND,
                        tag.at(),
                        tag.path(),
                        "There is no inbound with the tag '" + tag.value() + "'.",
                        Nearest.suggestion(tag.value(), inbounds));
            }
            tags.add(tag.value());
        }
        return tags;
    }

    private Optional<String> outbound(Section section) {
        long before = problems.errors();
        Optional<Located<String>> group = written(section, "balancerTag");
        Optional<Located<String>> tag = written(section, "outboundTag");
        if (group.isPresent() && tag.isPresent()) {
            problems.add(
                    ProblemCode.NOT_SUPPORTED,
                    group.get().at(),
                    group.get().path(),
                    "A rule leads to one place, and outboundTag says already which.",
                    "remove one of them");
            return Optional.empty();
        }
        if (group.isPresent()) {
            return group.filter(this::isBalancer).map(Located::value);
        }
        if (tag.isEmpty() && problems.errors() == before) {
            section.missing("outboundTag", "name an outbound, or a balancer in balancerTag");
        }
        if (tag.isPresent()
                && !outbounds.contains(tag.get().value())
                && !SPECIAL.contains(tag.get().value())) {
            boolean balancer = balancers.contains(tag.get().value());
            problems.absent(
                    ProblemCode.UNRESOLVED_OUTBOUND,
                    tag.get().at(),
                    tag.get().path(),
                    "There is no outbound with the tag '" + tag.get().value() + "'"
                            + (balancer ? ", but a balancer." : "."),
                    balancer
                            ? "write \"balancerTag\" in place of \"outboundTag\""
                            : Nearest.suggestion(tag.get().value(), outbounds));
        }
        return tag.map(Located::value);
    }

    /** Panels write the one that is not meant as an empty text. */
    private static Optional<Located<String>> written(Section section, String field) {
        return section.string(field).filter(t -> !t.value().isEmpty());
    }

    private boolean isBalancer(Located<String> tag) {
        boolean is = balancers.contains(tag.value());
        if (!is) {
            boolean outbound = outbounds.contains(tag.value());
            problems.absent(
                    ProblemCode.UNRESOLVED_OUTBOUND,
                    tag.at(),
                    tag.path(),
                    "There is no balancer with the tag '" + tag.value() + "'" + (outbound ? ", but an outbound." : "."),
                    outbound
                            ? "write \"outboundTag\" in place of \"balancerTag\""
                            : Nearest.suggestion(tag.value(), balancers));
        }
        return is;
    }

    private static void others(Section section) {
        section.noEffect("there is one matcher", "domainMatcher");
        section.unsupported(
                "rules do not ask for it yet",
                "remove the rule, or use other conditions",
                "protocol",
                "attrs",
                "process",
                "localIP",
                "localPort",
                "vlessRoute",
                "webhook",
                "localOS");
    }
}

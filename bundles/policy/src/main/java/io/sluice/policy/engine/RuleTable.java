package io.sluice.policy.engine;

import io.sluice.api.flow.FlowSource;
import io.sluice.api.policy.Decision;
import io.sluice.api.policy.OutboundSelector;
import io.sluice.api.policy.RuleSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Ordered rules and the final one. The first that matches decides; its decision was made when the table was. A rule whose regular expression
 * cannot be decided within its bound refuses the flow: neither passing it over nor taking it would be sure to be what its author meant.
 * Immutable but for the hit counters; any thread.
 */
public final class RuleTable implements OutboundSelector {

    private final Rule[] rules;
    private final Decision[] decisions;
    private final Decision[] undecided;
    private final LongAdder[] hits;
    private final String finalText;
    private final Target finalTarget;

    private RuleTable(List<Rule> rules, Target finalTarget) {
        this.rules = rules.toArray(Rule[]::new);
        this.finalTarget = finalTarget;
        this.finalText = "final -> " + finalTarget.text();
        int count = this.rules.length;
        decisions = new Decision[count + 1];
        undecided = new Decision[count];
        hits = new LongAdder[count + 1];
        for (int i = 0; i < count; i++) {
            decisions[i] = this.rules[i].target().decision(this.rules[i].text());
            undecided[i] = new Decision.Reject(
                    false, "undecided: a regular expression needs too many steps in " + this.rules[i].text());
            hits[i] = new LongAdder();
        }
        decisions[count] = finalTarget.decision(finalText);
        hits[count] = new LongAdder();
    }

    /**
     * Reads and compiles rules.
     *
     * @param lines one rule a line, in order
     * @param finalTag the target of what no rule matches
     * @throws RuleTableException with every problem of every line
     */
    public static RuleTable compile(List<String> lines, String finalTag) throws RuleTableException {
        List<Rule> rules = new ArrayList<>(lines.size());
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            try {
                rules.add(RuleParser.parse(lines.get(i)));
            } catch (RuleSyntaxException e) {
                problems.add("rule " + (i + 1) + ", " + e.getMessage() + " in: " + lines.get(i));
            }
        }
        Target target = new Target(finalTag);
        if (finalTag.isEmpty()) {
            problems.add("final is empty; write an outbound tag, " + Target.REJECT + " or " + Target.DROP);
        } else if (!target.known()) {
            problems.add("final is '" + finalTag + "'; after '!' only reject and drop are known");
        }
        if (!problems.isEmpty()) {
            throw new RuleTableException(problems);
        }
        return new RuleTable(rules, target);
    }

    @Override
    public Decision select(FlowSource source) {
        Destination destination = Destination.of(source.destination());
        for (int i = 0; i < rules.length; i++) {
            try {
                if (rules[i].matches(source, destination)) {
                    hits[i].increment();
                    return decisions[i];
                }
            } catch (NamePattern.UndecidedException e) {
                hits[i].increment();
                return undecided[i];
            }
        }
        hits[rules.length].increment();
        return decisions[rules.length];
    }

    @Override
    public List<RuleSnapshot> rules() {
        List<RuleSnapshot> all = new ArrayList<>(rules.length + 1);
        for (int i = 0; i < rules.length; i++) {
            Rule rule = rules[i];
            all.add(new RuleSnapshot(i, rule.name(), rule.text(), rule.target().text(), hits[i].sum()));
        }
        all.add(new RuleSnapshot(rules.length, "final", finalText, finalTarget.text(), hits[rules.length].sum()));
        return all;
    }
}

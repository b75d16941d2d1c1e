package io.sluice.egress.linux;

import io.sluice.netlink.linux.Rule;

/**
 * Whether a rule may apply to a packet of ours. Sources, ports, users and protocols are not known beforehand: a rule that asks for them may apply.
 *
 * @param markMayFit whether the mark can be what the rule asks for
 * @param markMayDiffer whether it can be another
 */
record RuleMatch(Rule rule, boolean markMayFit, boolean markMayDiffer) {

    /** For a packet with this mark. */
    static RuleMatch marked(Rule rule, int mark) {
        boolean fits = ((rule.mark() ^ mark) & rule.mask()) == 0;
        return new RuleMatch(rule, fits, !fits);
    }

    /** For a packet with whatever mark. */
    static RuleMatch anyMark(Rule rule) {
        return new RuleMatch(rule, true, rule.mask() != 0);
    }

    /** @param loopback name of the interface: packets that this host sends come from it for a rule (LOOPBACK_IFINDEX, net/flow.h) */
    boolean mayApply(String loopback) {
        boolean inputFits = rule.input().isEmpty() || rule.input().get().equals(loopback);
        return rule.inverted() ? markMayDiffer || !inputFits || dependsOnMore(rule) : markMayFit && inputFits;
    }

    /** Whether it has conditions beside mark and input. */
    static boolean dependsOnMore(Rule rule) {
        return rule.source().isPresent()
                || rule.destination().isPresent()
                || rule.output().isPresent()
                || rule.ipProtocol().isPresent()
                || rule.destinationPort().isPresent()
                || rule.further();
    }
}

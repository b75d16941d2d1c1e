package io.sluice.egress.linux;

import io.sluice.netlink.linux.NetlinkConstants;
import io.sluice.netlink.linux.Rule;
import java.util.List;
import java.util.function.Predicate;

/**
 * Whether the kernel asks the table {@code local} before any rule that may apply to a socket of ours which is bound to no interface. It does on every host until
 * somebody moves that rule back (the manual of VRFs does, Documentation/networking/vrf.rst): then another table may take packets to this host's own
 * addresses elsewhere, a tunnel's for instance.
 */
final class LocalFirst {

    private LocalFirst() {}

    /**
     * For sockets with this mark.
     *
     * @param rules of one family, in the kernel's order
     * @param loopback name of the interface
     */
    static boolean forMark(List<Rule> rules, int mark, String loopback) {
        return isFirst(rules, rule -> mayApply(rule, RuleMatch.marked(rule, mark), loopback));
    }

    /** For sockets with whatever mark. */
    static boolean forAnyMark(List<Rule> rules, String loopback) {
        return isFirst(rules, rule -> mayApply(rule, RuleMatch.anyMark(rule), loopback));
    }

    private static boolean isFirst(List<Rule> rules, Predicate<Rule> mayApply) {
        for (Rule rule : rules) {
            if (isLocals(rule)) {
                return true;
            }
            if (mayApply.test(rule)) {
                return false;
            }
        }
        return false;
    }

    private static boolean isLocals(Rule rule) {
        return rule.action() == NetlinkConstants.FR_ACT_TO_TBL
                && rule.table() == NetlinkConstants.RT_TABLE_LOCAL
                && !rule.inverted()
                && rule.mask() == 0
                && rule.input().isEmpty()
                && rule.suppressLength().isEmpty()
                && !RuleMatch.dependsOnMore(rule);
    }

    private static boolean mayApply(Rule rule, RuleMatch match, String loopback) {
        // A VRF's rule alone has no table (fib4_rule_configure gives others an empty one, fib6_rule_configure refuses).
        boolean forBoundSockets = rule.output().isPresent()
                || rule.action() == NetlinkConstants.FR_ACT_TO_TBL && rule.table() == NetlinkConstants.RT_TABLE_UNSPEC;
        return match.mayApply(loopback) && (rule.inverted() || !forBoundSockets);
    }
}

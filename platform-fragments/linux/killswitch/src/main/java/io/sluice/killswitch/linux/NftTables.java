package io.sluice.killswitch.linux;

import io.sluice.killswitch.spi.Filter;
import io.sluice.killswitch.spi.FilterChain;
import io.sluice.killswitch.spi.FilterRule;
import io.sluice.nftables.linux.netlink.NftConstants;
import io.sluice.nftables.linux.netlink.NftMessages;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A filter as tables: their names, hooks and priorities, as messages for the kernel and as text for nft(8). */
final class NftTables {

    /** To list it: {@code nft list table inet sluice_killswitch}. */
    static final String FILTER = "sluice_killswitch";

    static final String GUARD = "sluice_guard";

    /** Base chains at one hook run by priority; numbers of linux/netfilter_ipv4.h. */
    private static final int AFTER_CONNTRACK = -199;

    private static final int FILTER_PRIORITY = 0;

    /** After source NAT (100) and everything else that is usual (the last, security, is 50; conntrack's helpers 300). */
    private static final int LAST = 300;

    private NftTables() {}

    /** How the kernel calls a hook, and the priority of our chain there. */
    private record Place(int hook, String name, int priority) {}

    private static Place place(FilterChain.Hook hook) {
        return switch (hook) {
            case ARRIVING -> new Place(NftConstants.NF_INET_PRE_ROUTING, "prerouting", AFTER_CONNTRACK);
            case INPUT -> new Place(NftConstants.NF_INET_LOCAL_IN, "input", FILTER_PRIORITY);
            case FORWARD -> new Place(NftConstants.NF_INET_FORWARD, "forward", FILTER_PRIORITY);
            case OUTPUT -> new Place(NftConstants.NF_INET_LOCAL_OUT, "output", FILTER_PRIORITY);
            case LEAVING -> new Place(NftConstants.NF_INET_POST_ROUTING, "postrouting", LAST);
        };
    }

    /** Replaces what is there. */
    static void addFilter(NftMessages batch, Filter filter) {
        int inet = NftConstants.NFPROTO_INET;
        batch.freshTable(inet, FILTER, false);
        for (FilterChain chain : filter.chains()) {
            if (chain.hook().isEmpty()) {
                batch.chain(inet, FILTER, chain.name());
            } else {
                Place place = place(chain.hook().get());
                batch.chain(
                        inet,
                        FILTER,
                        chain.name(),
                        place.hook(),
                        place.priority(),
                        Optional.empty(),
                        chain.dropsRest());
            }
        }
        for (FilterChain chain : filter.chains()) {
            for (FilterRule rule : chain.rules()) {
                batch.rule(inet, FILTER, chain.name(), RuleExpressions.of(rule, false), RuleText.comment(rule, false));
            }
        }
    }

    /** Replaces what is there; only the socket that sends it may change it then. */
    static void addGuard(NftMessages batch, Filter.Guard guard, List<String> devices) {
        int netdev = NftConstants.NFPROTO_NETDEV;
        batch.freshTable(netdev, GUARD, true);
        for (int i = 0; i < devices.size(); i++) {
            String chain = guardChain(i);
            batch.chain(
                    netdev,
                    GUARD,
                    chain,
                    NftConstants.NF_NETDEV_EGRESS,
                    FILTER_PRIORITY,
                    Optional.of(devices.get(i)),
                    true);
            for (FilterRule rule : guard.rules()) {
                batch.rule(netdev, GUARD, chain, RuleExpressions.of(rule, true), RuleText.comment(rule, true));
            }
        }
    }

    static String guardChain(int device) {
        return "exit" + device;
    }

    /** What the kernel is to answer when it is asked for the rules: chain and comment of each. */
    static List<String> expected(Filter filter) {
        List<String> rules = new ArrayList<>();
        for (FilterChain chain : filter.chains()) {
            chain.rules().forEach(rule -> rules.add(chain.name() + ": " + RuleText.comment(rule, false)));
        }
        return rules;
    }

    static List<String> expected(Filter.Guard guard, int devices) {
        List<String> rules = new ArrayList<>();
        for (int i = 0; i < devices; i++) {
            String chain = guardChain(i);
            guard.rules().forEach(rule -> rules.add(chain + ": " + RuleText.comment(rule, true)));
        }
        return rules;
    }

    /** The lines of a table, in the form of {@code nft list table}. */
    static List<String> text(Filter filter) {
        List<String> lines = new ArrayList<>();
        lines.add("table inet " + FILTER + " {");
        for (FilterChain chain : filter.chains()) {
            lines.add("\tchain " + chain.name() + " {");
            chain.hook()
                    .map(NftTables::place)
                    .ifPresent(place -> lines.add("\t\ttype filter hook " + place.name() + " priority "
                            + place.priority() + "; policy " + (chain.dropsRest() ? "drop" : "accept") + ";"));
            chain.rules().forEach(rule -> lines.add("\t\t" + RuleText.line(rule, false)));
            lines.add("\t}");
        }
        lines.add("}");
        return lines;
    }
}

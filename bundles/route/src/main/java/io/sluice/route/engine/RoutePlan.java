package io.sluice.route.engine;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.route.RouteSet;
import io.sluice.route.spi.HostEntry;
import io.sluice.route.spi.PolicyRule;
import io.sluice.route.spi.TableRoute;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The entries that make a route set true, in the order in which they may appear. */
public final class RoutePlan {

    private RoutePlan() {}

    /**
     * Computes the plan.
     *
     * @param supported whether the host has IPv6 (true) or IPv4 (false)
     */
    public static List<HostEntry> of(RouteSet set, Predicate<Boolean> supported) {
        List<HostEntry> plan = new ArrayList<>();
        for (boolean ipv6 : new boolean[] {false, true}) {
            if (supported.test(ipv6)) {
                plan.addAll(family(set, ipv6));
            }
        }
        return List.copyOf(plan);
    }

    private static List<HostEntry> family(RouteSet set, boolean ipv6) {
        List<IpPrefix> excluded = networks(set.exclude(), ipv6);
        List<IpPrefix> included = networks(set.include(), ipv6).stream()
                .filter(prefix -> excluded.stream().noneMatch(out -> covers(out, prefix)))
                .toList();
        if (included.isEmpty()) {
            return List.of();
        }
        List<HostEntry> entries = new ArrayList<>();
        for (IpPrefix prefix : excluded) {
            entries.add(new TableRoute(prefix, set.table(), Optional.empty()));
        }
        for (IpPrefix prefix : included) {
            entries.add(new TableRoute(prefix, set.table(), Optional.of(set.tunInterface())));
        }
        entries.addAll(rules(set, ipv6, included));
        return entries;
    }

    private static List<PolicyRule> rules(RouteSet set, boolean ipv6, List<IpPrefix> included) {
        TreeSet<Integer> lengths = new TreeSet<>(Comparator.reverseOrder());
        included.forEach(prefix -> lengths.add(prefix.length()));
        int longest = ipv6 ? 128 : 32;
        List<PolicyRule> rules = new ArrayList<>();
        long priority = set.rulePriority();
        for (int length : lengths) {
            if (length < longest) {
                rules.add(new PolicyRule(ipv6, priority++, set.mark(), PolicyRule.MAIN, OptionalInt.of(length)));
            }
            OptionalInt shorter = length == 0 ? OptionalInt.empty() : OptionalInt.of(length - 1);
            rules.add(new PolicyRule(ipv6, priority++, set.mark(), set.table(), shorter));
        }
        return rules;
    }

    private static List<IpPrefix> networks(List<IpPrefix> prefixes, boolean ipv6) {
        return prefixes.stream()
                .filter(prefix -> prefix.isIpv6() == ipv6)
                .map(IpPrefix::network)
                .distinct()
                .toList();
    }

    private static boolean covers(IpPrefix outer, IpPrefix inner) {
        return outer.length() <= inner.length() && outer.contains(inner.address());
    }
}

package io.sluice.killswitch.engine;

import static io.sluice.killswitch.engine.Rules.accept;
import static io.sluice.killswitch.engine.Rules.arrivedBy;
import static io.sluice.killswitch.engine.Rules.from;
import static io.sluice.killswitch.engine.Rules.jump;
import static io.sluice.killswitch.engine.Rules.leavesBy;
import static io.sluice.killswitch.engine.Rules.refuse;
import static io.sluice.killswitch.engine.Rules.rule;
import static io.sluice.killswitch.engine.Rules.to;

import io.sluice.killswitch.spi.Action;
import io.sluice.killswitch.spi.FilterChain;
import io.sluice.killswitch.spi.FilterRule;
import io.sluice.killswitch.spi.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The local network: a fixed list of ranges that nobody routes, never the host's routing table, for an attacker on the link can put anything there
 * (TunnelCrack LocalNet, CVE-2023-36672).
 */
final class LanRules {

    static final String TO_LAN = "to_lan";
    static final String FROM_LAN = "from_lan";

    /** RFC 1918 §3, RFC 3927 §2.1, RFC 4291 §2.5.6, RFC 4193 §3.1. */
    private static final List<String> RANGES =
            List.of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fe80::/10", "fc00::/7");

    /** RFC 5771 §4, RFC 2365, RFC 919 §7, RFC 4291 §2.7 up to the site's scope. */
    private static final List<String> GROUPS = List.of(
            "224.0.0.0/24",
            "239.0.0.0/8",
            "255.255.255.255",
            "ff01::/16",
            "ff02::/16",
            "ff03::/16",
            "ff04::/16",
            "ff05::/16");

    private static final int DESTINATION_UNREACHABLE6 = 1;

    private final Allowance allowance;
    private final Action pass;

    /** @param pass how what goes out to the local network is let pass */
    LanRules(Allowance allowance, Action pass) {
        this.allowance = allowance;
        this.pass = pass;
    }

    List<FilterChain> parts() {
        if (!allowance.lan()) {
            return List.of();
        }
        List<FilterRule> towards = Stream.concat(RANGES.stream(), GROUPS.stream())
                .map(range -> rule(pass, to(range)))
                .toList();
        List<FilterRule> back =
                RANGES.stream().map(range -> accept(from(range))).toList();
        return List.of(
                new FilterChain(TO_LAN, Optional.empty(), false, towards),
                new FilterChain(FROM_LAN, Optional.empty(), false, back));
    }

    List<FilterRule> input() {
        if (!allowance.lan()) {
            return List.of();
        }
        List<FilterRule> rules = new ArrayList<>(each(Rules::arrivedBy, jump(FROM_LAN)));
        rules.addAll(each(Rules::arrivedBy, LinkRules.dhcpServerHears()));
        return rules;
    }

    List<FilterRule> output() {
        if (!allowance.lan()) {
            return List.of();
        }
        List<FilterRule> rules = new ArrayList<>(each(Rules::leavesBy, jump(TO_LAN)));
        rules.addAll(each(Rules::leavesBy, LinkRules.dhcpServerSays()));
        // What this filter answers to clients that have a global address.
        for (String device : allowance.lanInterfaces()) {
            rules.add(rule(pass, leavesBy(device), new Match.IcmpType(Match.ICMPV6, DESTINATION_UNREACHABLE6)));
            rules.add(rule(pass, leavesBy(device), new Match.TcpRefusal()));
        }
        return rules;
    }

    /** A DHCP server sends past the filter (packet(7)), to clients that have no address yet. */
    List<FilterRule> guard() {
        return allowance.lan() ? each(Rules::leavesBy, LinkRules.dhcpServerSays()) : List.of();
    }

    /** Between local networks; and what clients are told of the rest, so that they need not wait (RFC 8305 §5 falls back at once). */
    List<FilterRule> forward() {
        if (!allowance.lan()) {
            return List.of();
        }
        List<FilterRule> rules = new ArrayList<>();
        for (String range : RANGES) {
            rules.addAll(each(Rules::leavesBy, jump(TO_LAN, from(range))));
        }
        if (allowance.lanInterfaces().isEmpty()) {
            RANGES.forEach(range -> rules.addAll(refuse(FilterPlan.FORWARD, from(range))));
        } else {
            allowance.lanInterfaces().forEach(device -> rules.addAll(refuse(FilterPlan.FORWARD, arrivedBy(device))));
        }
        return rules;
    }

    /** The rule for each of the interfaces, or once if any will do. */
    private List<FilterRule> each(Function<String, Match> by, FilterRule rule) {
        return allowance.lanInterfaces().isEmpty()
                ? List.of(rule)
                : allowance.lanInterfaces().stream()
                        .map(device -> rule.and(by.apply(device)))
                        .toList();
    }
}

package io.sluice.egress.linux;

import io.sluice.api.net.IpPrefix;
import io.sluice.netlink.linux.NetlinkConstants;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.Route;
import io.sluice.netlink.linux.Rtnetlink;
import io.sluice.netlink.linux.Rule;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What routes alone make this host's: each address of an interface has such a route, but there are others without an address ({@code ip route add local}, and
 * the anycast addresses of IPv6, among them each network's first where this host forwards, RFC 4291 §2.6.1).
 *
 * <p>The table {@code local} counts whole. Another one counts where a rule may lead a packet of ours to it, and then not for everything. That keeps the tables of
 * transparent proxies out (TPROXY), which say {@code local default} for packets with a mark or by an interface: nothing is an address of the host because of
 * them, and the whole Internet would seem to be. The tables of VRFs are not looked at: our sockets are not bound to a VRF.
 *
 * <p>All of that is possible only, for another rule or a longer prefix may come first. Certain is what the table {@code local} says and does not take back,
 * where nothing comes before that table ({@link LocalFirst}).
 */
final class LocalRoutes {

    /** Packets that this host sends come from its loopback for a rule (LOOPBACK_IFINDEX, net/flow.h). */
    static final int LOOPBACK_INDEX = 1;

    /**
     * Prefixes without those of the loopback.
     *
     * @param possible without the interfaces' addresses
     * @param certain for a socket with whatever mark
     * @param certainMarked for one with our mark
     */
    record Found(Set<IpPrefix> possible, Set<IpPrefix> certain, Set<IpPrefix> certainMarked) {}

    /** Tables that rules may lead our packets to, and for which destinations. */
    private final Map<Long, Set<IpPrefix>> tables = new HashMap<>();

    private final boolean ipv6;
    private final boolean first;
    private final boolean firstForMark;

    /**
     * @param rules of one family, in the kernel's order
     * @param mark of our sockets. An outbound's own is looked at for what is certain alone: its sockets are bound to an interface otherwise
     * @param loopback name of the interface
     */
    LocalRoutes(List<Rule> rules, boolean ipv6, int mark, String loopback) {
        this.ipv6 = ipv6;
        this.first = LocalFirst.forAnyMark(rules, loopback);
        this.firstForMark = LocalFirst.forMark(rules, mark, loopback);
        IpPrefix everywhere = IpPrefix.parse(ipv6 ? "::/0" : "0.0.0.0/0");
        for (Rule rule : rules) {
            if (rule.action() == NetlinkConstants.FR_ACT_TO_TBL
                    && RuleMatch.marked(rule, mark).mayApply(loopback)) {
                IpPrefix to = rule.destination().filter(_ -> !rule.inverted()).orElse(everywhere);
                tables.computeIfAbsent(rule.table(), _ -> new HashSet<>()).add(to.network());
            }
        }
    }

    /**
     * Reads them. The kernel has no anycast addresses of IPv4: a lookup that meets such a route fails (fib_props in net/ipv4/fib_semantics.c).
     *
     * @param addresses of the interfaces
     */
    Found read(Rtnetlink netlink, Set<InetAddress> addresses) throws NetlinkException {
        List<Route> routes = new ArrayList<>(netlink.routesOf(ipv6, NetlinkConstants.RTN_LOCAL));
        if (ipv6) {
            routes.addAll(netlink.routesOf(true, NetlinkConstants.RTN_ANYCAST));
        }
        Set<IpPrefix> possible = new HashSet<>();
        Set<IpPrefix> certain = new HashSet<>();
        for (Route route : routes) {
            IpPrefix prefix = route.destination();
            if (prefix.address().isLoopbackAddress()) {
                continue;
            }
            boolean ofLocal = route.table() == NetlinkConstants.RT_TABLE_LOCAL;
            if (ofLocal) {
                certain.add(prefix);
            }
            if (isSingle(prefix) && addresses.contains(prefix.address())) {
                continue;
            }
            if (ofLocal) {
                possible.add(prefix);
            } else {
                for (IpPrefix to : tables.getOrDefault(route.table(), Set.of())) {
                    overlap(prefix, to, possible);
                }
            }
        }
        takeBack(netlink, certain);
        return new Found(possible, first ? certain : Set.of(), firstForMark ? certain : Set.of());
    }

    /** What is of both, unless it is everything. */
    private static void overlap(IpPrefix one, IpPrefix other, Set<IpPrefix> to) {
        IpPrefix wider = one.length() <= other.length() ? one : other;
        IpPrefix narrower = wider == one ? other : one;
        if (narrower.length() > 0 && wider.contains(narrower.address())) {
            to.add(narrower);
        }
    }

    /** Removes what the table {@code local} has another route within: throw, broadcast, unicast, … */
    private void takeBack(Rtnetlink netlink, Set<IpPrefix> certain) throws NetlinkException {
        if (certain.stream().allMatch(LocalRoutes::isSingle)) {
            return;
        }
        for (Route route : netlink.routes(ipv6, NetlinkConstants.RT_TABLE_LOCAL)) {
            if (route.type() != NetlinkConstants.RTN_LOCAL && route.type() != NetlinkConstants.RTN_ANYCAST) {
                IpPrefix other = route.destination();
                certain.removeIf(prefix -> prefix.length() <= other.length() && prefix.contains(other.address()));
            }
        }
    }

    private static boolean isSingle(IpPrefix prefix) {
        return prefix.length() == (prefix.isIpv6() ? 128 : 32);
    }
}

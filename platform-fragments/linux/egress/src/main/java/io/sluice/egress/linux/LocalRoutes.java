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
 * <p>All of that is possible only, for another rule or a longer prefix may come first. Certain is what the table {@code local} says and does not take back.
 */
final class LocalRoutes {

    /** Packets that this host sends come from its loopback for a rule (LOOPBACK_IFINDEX, net/flow.h). */
    static final int LOOPBACK_INDEX = 1;

    /** Prefixes without those of the loopback and of the interfaces' addresses. */
    record Found(Set<IpPrefix> possible, Set<IpPrefix> certain) {}

    /** Tables that rules may lead our packets to, and for which destinations. */
    private final Map<Long, Set<IpPrefix>> tables = new HashMap<>();

    private final boolean ipv6;

    /**
     * @param rules of one family
     * @param mark of our sockets. An outbound's own is not looked at: its sockets are bound to an interface
     * @param loopback name of the interface
     */
    LocalRoutes(List<Rule> rules, boolean ipv6, int mark, String loopback) {
        this.ipv6 = ipv6;
        IpPrefix everywhere = IpPrefix.parse(ipv6 ? "::/0" : "0.0.0.0/0");
        for (Rule rule : rules) {
            if (rule.action() == NetlinkConstants.FR_ACT_TO_TBL && mayApply(rule, mark, loopback)) {
                IpPrefix to = rule.destination().filter(_ -> !rule.inverted()).orElse(everywhere);
                tables.computeIfAbsent(rule.table(), _ -> new HashSet<>()).add(to.network());
            }
        }
    }

    /** Sources, ports, users and protocols are not known beforehand: such a rule may apply. */
    private static boolean mayApply(Rule rule, int mark, String loopback) {
        boolean markFits = ((rule.mark() ^ mark) & rule.mask()) == 0;
        boolean inputFits = rule.input().isEmpty() || rule.input().get().equals(loopback);
        return rule.inverted() ? !markFits || !inputFits || dependsOnMore(rule) : markFits && inputFits;
    }

    private static boolean dependsOnMore(Rule rule) {
        return rule.source().isPresent()
                || rule.destination().isPresent()
                || rule.output().isPresent()
                || rule.ipProtocol().isPresent()
                || rule.destinationPort().isPresent()
                || rule.further();
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
            if (prefix.address().isLoopbackAddress() || isSingle(prefix) && addresses.contains(prefix.address())) {
                continue;
            }
            if (route.table() == NetlinkConstants.RT_TABLE_LOCAL) {
                certain.add(prefix);
            } else {
                for (IpPrefix to : tables.getOrDefault(route.table(), Set.of())) {
                    overlap(prefix, to, possible);
                }
            }
        }
        possible.addAll(certain);
        takeBack(netlink, certain);
        return new Found(possible, certain);
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

package io.sluice.egress.linux;

import io.sluice.api.net.IpPrefix;
import io.sluice.netlink.linux.NetlinkConstants;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.Route;
import io.sluice.netlink.linux.Rtnetlink;
import io.sluice.netlink.linux.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What routes make this host's: each address of an interface has such a route, but there are others without an address ({@code ip route add local}, and the
 * anycast addresses of IPv6, among them each network's first where this host forwards, RFC 4291 §2.6.1).
 *
 * <p>The table {@code local} counts whole. Another one counts where a rule may lead a packet of ours to it, and then without a route to everything. That keeps
 * the tables of transparent proxies out (TPROXY), which say {@code local default} for packets with a mark or by an interface: nothing is an address of the
 * host because of them, and the whole Internet would seem to be.
 */
final class LocalRoutes {

    /** Packets that this host sends come from its loopback for a rule (LOOPBACK_IFINDEX, net/flow.h). */
    static final int LOOPBACK_INDEX = 1;

    private final Set<Long> tables = new HashSet<>();
    private boolean anyTable;

    /**
     * @param rules of the same family
     * @param mark of our sockets. An outbound's own is not looked at: its sockets are bound to an interface
     * @param loopback name of the interface
     */
    LocalRoutes(List<Rule> rules, int mark, String loopback) {
        for (Rule rule : rules) {
            if (rule.action() == NetlinkConstants.FR_ACT_TO_TBL && mayApply(rule, mark, loopback)) {
                tables.add(rule.table());
                // The rule of VRFs (l3mdev) names no table: it is the one of the socket's interface.
                anyTable |= rule.table() == NetlinkConstants.RT_TABLE_UNSPEC;
            }
        }
    }

    /** Sources, ports, users and protocols are not known beforehand: such a rule may apply. */
    private static boolean mayApply(Rule rule, int mark, String loopback) {
        boolean markFits = ((rule.mark() ^ mark) & rule.mask()) == 0;
        boolean inputFits = rule.input().isEmpty() || rule.input().get().equals(loopback);
        return rule.inverted() || markFits && inputFits;
    }

    /** The kernel has no anycast addresses of IPv4: a lookup that meets such a route fails (fib_props in net/ipv4/fib_semantics.c). */
    List<IpPrefix> read(Rtnetlink netlink, boolean ipv6) throws NetlinkException {
        List<Route> routes = new ArrayList<>(netlink.routesOf(ipv6, NetlinkConstants.RTN_LOCAL));
        if (ipv6) {
            routes.addAll(netlink.routesOf(true, NetlinkConstants.RTN_ANYCAST));
        }
        return routes.stream().filter(this::counts).map(Route::destination).toList();
    }

    private boolean counts(Route route) {
        return route.table() == NetlinkConstants.RT_TABLE_LOCAL
                || route.destination().length() > 0 && (anyTable || tables.contains(route.table()));
    }
}

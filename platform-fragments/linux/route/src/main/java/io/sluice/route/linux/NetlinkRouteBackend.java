package io.sluice.route.linux;

import io.sluice.api.route.RouteException;
import io.sluice.netlink.linux.Errno;
import io.sluice.netlink.linux.Link;
import io.sluice.netlink.linux.NetlinkConstants;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.Route;
import io.sluice.netlink.linux.Rtnetlink;
import io.sluice.netlink.linux.Rule;
import io.sluice.route.spi.HostEntry;
import io.sluice.route.spi.PolicyRule;
import io.sluice.route.spi.RouteBackend;
import io.sluice.route.spi.TableRoute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kernel's tables and rules of the calling thread's network namespace. */
@Component(service = RouteBackend.class)
public final class NetlinkRouteBackend implements RouteBackend {

    /**
     * Who made an entry, in rtm_protocol and FRA_PROTOCOL: 'S', a number above RTPROT_STATIC that iproute2 (etc/iproute2/rt_protos) and
     * the kernel give to nobody else. To list ours: {@code ip route show table all proto 83}.
     */
    static final int PROTOCOL = 0x53;

    private static final Logger LOG = LoggerFactory.getLogger(NetlinkRouteBackend.class);
    private static final ReversePathFilter FILTER = new ReversePathFilter(Path.of("/proc/sys/net/ipv4/conf"));
    private static final Path IPV6 = Path.of("/proc/sys/net/ipv6");

    @Activate
    public NetlinkRouteBackend() {}

    @Override
    public boolean supports(boolean ipv6) {
        return !ipv6 || Files.isDirectory(IPV6);
    }

    @Override
    public List<HostEntry> ours() throws RouteException {
        try (Rtnetlink netlink = Rtnetlink.open()) {
            List<HostEntry> entries = new ArrayList<>();
            for (boolean ipv6 : new boolean[] {false, true}) {
                if (!supports(ipv6)) {
                    continue;
                }
                for (Rule rule : netlink.rules(ipv6)) {
                    if (rule.protocol() == PROTOCOL) {
                        entries.add(portable(rule));
                    }
                }
                for (Route route : netlink.routesBy(ipv6, PROTOCOL)) {
                    entries.add(portable(netlink, route));
                }
            }
            return List.copyOf(entries);
        } catch (NetlinkException e) {
            throw new RouteException("the host's routing cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void put(HostEntry entry) throws RouteException {
        try (Rtnetlink netlink = Rtnetlink.open()) {
            switch (entry) {
                case PolicyRule rule -> netlink.addRule(kernel(rule));
                case TableRoute route -> {
                    putRoute(netlink, route);
                    route.device().filter(device -> !route.ipv6()).ifPresent(NetlinkRouteBackend::warnOfFilters);
                }
            }
        } catch (NetlinkException e) {
            throw refused("set", entry, e);
        }
    }

    /** Replaces an entry of ours; a destination that somebody else has in the table is left as it is, and refused. */
    private static void putRoute(Rtnetlink netlink, TableRoute wanted) throws NetlinkException, RouteException {
        Route route = kernel(netlink, wanted);
        try {
            netlink.addRoute(route);
        } catch (NetlinkException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            boolean foreign = netlink.routes(wanted.ipv6(), wanted.table()).stream()
                    .anyMatch(
                            there -> there.destination().equals(wanted.destination()) && there.protocol() != PROTOCOL);
            if (foreign) {
                throw new RouteException(
                        "could not set '" + wanted + "': table " + wanted.table()
                                + " has a route to that destination which is not ours; remove it, or choose another"
                                + " table (tun.routes.table)",
                        e);
            }
            netlink.replaceRoute(route);
        }
    }

    /** The filter is the administrator's, so it is named and left alone. */
    private static void warnOfFilters(String device) {
        try {
            List<String> strict = FILTER.strict(device);
            if (!strict.isEmpty()) {
                LOG.warn(
                        "{} filter(s) by reverse path strictly, so answers to our own connections may be dropped there:"
                                + " set net.ipv4.conf.NAME.rp_filter to 2 (loose)",
                        strict);
            }
        } catch (IOException | NumberFormatException e) {
            LOG.debug("the reverse path filters cannot be read: {}", e.toString());
        }
    }

    @Override
    public void remove(HostEntry entry) throws RouteException {
        try (Rtnetlink netlink = Rtnetlink.open()) {
            switch (entry) {
                case PolicyRule rule -> removeRule(netlink, rule);
                case TableRoute route -> removeRoute(netlink, route);
            }
        } catch (NetlinkException e) {
            throw refused("remove", entry, e);
        }
    }

    /** By the kernel's own description of it, so that nothing else of the same priority is hit. */
    private static void removeRule(Rtnetlink netlink, PolicyRule wanted) throws NetlinkException {
        for (Rule rule : netlink.rules(wanted.ipv6())) {
            if (rule.protocol() == PROTOCOL && portable(rule).equals(wanted)) {
                deleted(() -> netlink.deleteRule(rule));
                return;
            }
        }
    }

    private static void removeRoute(Rtnetlink netlink, TableRoute wanted) throws NetlinkException {
        for (Route route : netlink.routesBy(wanted.ipv6(), PROTOCOL)) {
            if (route.table() == wanted.table() && route.destination().equals(wanted.destination())) {
                deleted(() -> netlink.deleteRoute(route));
            }
        }
    }

    /** A deletion by netlink. */
    private interface Deletion {
        void run() throws NetlinkException;
    }

    /** Between listing and deleting an entry may vanish, with its interface for instance. */
    private static void deleted(Deletion deletion) throws NetlinkException {
        try {
            deletion.run();
        } catch (NetlinkException e) {
            if (e.errno() != Errno.ESRCH && e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    private static PolicyRule portable(Rule rule) {
        return new PolicyRule(rule.ipv6(), rule.priority(), rule.mark(), rule.table(), rule.suppressLength());
    }

    private static TableRoute portable(Rtnetlink netlink, Route route) throws NetlinkException {
        Optional<String> device = route.type() == NetlinkConstants.RTN_THROW
                ? Optional.empty()
                : netlink.link(route.interfaceIndex()).map(Link::name).or(() -> Optional.of("?"));
        return new TableRoute(route.destination(), route.table(), device);
    }

    private static Rule kernel(PolicyRule rule) {
        return new Rule(
                rule.ipv6(),
                rule.priority(),
                NetlinkConstants.FR_ACT_TO_TBL,
                rule.table(),
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                rule.exceptMark(),
                Rule.WHOLE_MARK,
                rule.suppressLength(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                PROTOCOL,
                false);
    }

    private static Route kernel(Rtnetlink netlink, TableRoute route) throws NetlinkException, RouteException {
        if (route.device().isEmpty()) {
            return Route.to(
                    route.destination(),
                    route.table(),
                    PROTOCOL,
                    NetlinkConstants.RT_SCOPE_UNIVERSE,
                    NetlinkConstants.RTN_THROW);
        }
        String device = route.device().get();
        Link link = netlink.link(device)
                .orElseThrow(() -> new RouteException("route '" + route + "' cannot be set: there is no interface "
                        + device + "; open the TUN device first"));
        if (!link.up()) {
            throw new RouteException("route '" + route + "' cannot be set: interface " + device + " is down");
        }
        // IPv4 wants the scope of a destination behind no router; IPv6 knows none (net/ipv4/fib_semantics.c,
        // fib_check_nh).
        int scope = route.ipv6() ? NetlinkConstants.RT_SCOPE_UNIVERSE : NetlinkConstants.RT_SCOPE_LINK;
        return Route.to(route.destination(), route.table(), PROTOCOL, scope, NetlinkConstants.RTN_UNICAST)
                .by(link.index());
    }

    private static RouteException refused(String verb, HostEntry entry, NetlinkException e) {
        String remedy = "";
        if (e.errno() == Errno.EPERM) {
            remedy = ": run with CAP_NET_ADMIN";
        } else if (e.errno() == Errno.EACCES && entry.ipv6()) {
            remedy = ": enable IPv6 (sysctl net.ipv6.conf.all.disable_ipv6=0), or leave IPv6 out of tun.routes.include";
        }
        return new RouteException("could not " + verb + " '" + entry + "': " + e.getMessage() + remedy, e);
    }
}

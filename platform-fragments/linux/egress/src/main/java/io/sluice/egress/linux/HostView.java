package io.sluice.egress.linux;

import io.sluice.api.net.IpPrefix;
import io.sluice.egress.spi.NetworkView;
import io.sluice.egress.spi.Way;
import io.sluice.netlink.linux.InterfaceAddress;
import io.sluice.netlink.linux.Link;
import io.sluice.netlink.linux.NetlinkConstants;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.OwnTunnels;
import io.sluice.netlink.linux.Route;
import io.sluice.netlink.linux.Rtnetlink;
import io.sluice.netlink.linux.Rule;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the kernel's tables into a view. */
final class HostView {

    /** A copy of more routes than this (a router with the world's table) would cost more than it is worth: the kernel decides then. */
    private static final int MOST_WAYS = 4096;

    /** RTNH_F_DEAD | RTNH_F_LINKDOWN (linux/rtnetlink.h): the interface cannot send. */
    private static final int UNUSABLE = 1 | 16;

    /** The owner tag of the route room's entries. Its rules pass by every packet that carries the mark, so they decide nothing here. */
    private static final int ROUTE_ROOM = 0x53;

    private static final Path IPV6 = Path.of("/proc/sys/net/ipv6");

    private final Map<Integer, String> names = new HashMap<>();
    private final Set<InetAddress> local = new HashSet<>();
    private final List<IpPrefix> localRoutes = new ArrayList<>();
    private final List<IpPrefix> certain = new ArrayList<>();
    private final List<IpPrefix> certainMarked = new ArrayList<>();
    private final List<Way> ways = new ArrayList<>();
    private final int mark;
    private boolean decided = true;

    private HostView(int mark) {
        this.mark = mark;
    }

    /** @param mark of our sockets */
    static NetworkView read(int mark) throws IOException {
        try (Rtnetlink netlink = Rtnetlink.open()) {
            return new HostView(mark).read(netlink);
        }
    }

    private NetworkView read(Rtnetlink netlink) throws IOException {
        Map<String, Integer> up = new HashMap<>();
        for (Link link : netlink.links()) {
            names.put(link.index(), link.name());
            if (link.up()) {
                up.put(link.name(), link.index());
            }
        }
        for (InterfaceAddress address : netlink.addresses()) {
            local.add(address.local().address());
        }
        family(netlink, false);
        if (Files.isDirectory(IPV6)) {
            family(netlink, true);
        }
        return new NetworkView(ways, local, localRoutes, certain, certainMarked, up, OwnTunnels.names(), decided);
    }

    private void family(Rtnetlink netlink, boolean ipv6) throws NetlinkException {
        List<Rule> rules = netlink.rules(ipv6);
        for (Rule rule : rules) {
            decided &= rule.protocol() == ROUTE_ROOM || isKernels(rule);
        }
        String loopback = names.getOrDefault(LocalRoutes.LOOPBACK_INDEX, "");
        LocalRoutes.Found found = new LocalRoutes(rules, ipv6, mark, loopback).read(netlink, local);
        localRoutes.addAll(found.possible());
        certain.addAll(found.certain());
        certainMarked.addAll(found.certainMarked());
        Rtnetlink.Excerpt main = netlink.routes(ipv6, NetlinkConstants.RT_TABLE_MAIN, MOST_WAYS);
        if (main.whole()) {
            main.routes().forEach(this::add);
        } else {
            decided = false;
            main.routes().stream().filter(HostView::isWide).limit(MOST_WAYS).forEach(this::add);
            main.routes().stream()
                    .filter(route -> !isWide(route) && onLink(route))
                    .limit(MOST_WAYS)
                    .forEach(this::add);
        }
    }

    private static boolean isWide(Route route) {
        return route.destination().length() == 0;
    }

    /** The three rules of every Linux: local, main, default (fib_default_rules_init). */
    private static boolean isKernels(Rule rule) {
        return rule.protocol() == NetlinkConstants.RTPROT_KERNEL
                || (rule.priority() == 0 && rule.table() == NetlinkConstants.RT_TABLE_LOCAL)
                || (rule.priority() == 32_766 && rule.table() == NetlinkConstants.RT_TABLE_MAIN)
                || (rule.priority() == 32_767 && rule.table() == NetlinkConstants.RT_TABLE_DEFAULT);
    }

    private static boolean onLink(Route route) {
        return route.gateway().isEmpty()
                && route.nextHops().isEmpty()
                && route.protocol() == NetlinkConstants.RTPROT_KERNEL;
    }

    private void add(Route route) {
        switch (route.type()) {
            case NetlinkConstants.RTN_UNICAST -> {
                int index = route.nextHops().isEmpty()
                        ? route.interfaceIndex()
                        : route.nextHops().getFirst().interfaceIndex();
                String device = names.get(index);
                if (device != null && (route.flags() & UNUSABLE) == 0) {
                    ways.add(new Way(
                            route.destination(), device, onLink(route), Integer.toUnsignedLong(route.metric())));
                }
            }
            case NetlinkConstants.RTN_UNREACHABLE, NetlinkConstants.RTN_PROHIBIT, NetlinkConstants.RTN_BLACKHOLE ->
                ways.add(new Way(route.destination(), "", false, Integer.toUnsignedLong(route.metric())));
            default -> {
                // local, broadcast, multicast and throw routes lead nowhere by themselves
            }
        }
    }
}

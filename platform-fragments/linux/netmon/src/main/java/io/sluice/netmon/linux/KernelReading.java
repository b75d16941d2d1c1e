package io.sluice.netmon.linux;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.netmon.DefaultRoute;
import io.sluice.api.netmon.HostInterface;
import io.sluice.netlink.linux.InterfaceAddress;
import io.sluice.netlink.linux.Link;
import io.sluice.netlink.linux.NetlinkConstants;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.NextHop;
import io.sluice.netlink.linux.OwnTunnels;
import io.sluice.netlink.linux.Route;
import io.sluice.netlink.linux.Rtnetlink;
import io.sluice.netmon.spi.Reading;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One reading of links, addresses and the main table. A table of our own is none of them, so it needs no exception. */
final class KernelReading {

    /** RTNH_F_DEAD | RTNH_F_LINKDOWN (linux/rtnetlink.h): the interface cannot send. */
    private static final int UNUSABLE = 1 | 16;

    /** Only those to everything are wanted: of more than this many (a router with the world's table) no others are taken apart. */
    private static final int MANY = 1024;

    private static final Path IPV6 = Path.of("/proc/sys/net/ipv6");

    private final Map<Integer, HostInterface> byIndex = new HashMap<>();

    private KernelReading() {}

    static Reading read() throws IOException {
        try (Rtnetlink netlink = Rtnetlink.open()) {
            return new KernelReading().read(netlink);
        }
    }

    private Reading read(Rtnetlink netlink) throws IOException {
        Set<String> ours = OwnTunnels.names();
        Map<Integer, List<IpPrefix>> addresses = new HashMap<>();
        for (InterfaceAddress address : netlink.addresses()) {
            // A tentative address may turn out to be somebody else's (RFC 4862 §5.4): nothing can be sent from it.
            if ((address.flags() & NetlinkConstants.IFA_F_TENTATIVE) == 0) {
                addresses
                        .computeIfAbsent(address.index(), _ -> new ArrayList<>())
                        .add(address.local());
            }
        }
        for (Link link : netlink.links()) {
            List<IpPrefix> has = addresses.getOrDefault(link.index(), List.of()).stream()
                    .sorted(Comparator.comparing(IpPrefix::toString))
                    .toList();
            byIndex.put(
                    link.index(),
                    new HostInterface(
                            link.name(), link.index(), link.running(), link.mtu(), ours.contains(link.name()), has));
        }
        return new Reading(
                List.copyOf(byIndex.values()),
                defaultRoute(netlink, false),
                Files.isDirectory(IPV6) ? defaultRoute(netlink, true) : Optional.empty());
    }

    /** The usable default route with the smallest metric. */
    private Optional<DefaultRoute> defaultRoute(Rtnetlink netlink, boolean ipv6) throws NetlinkException {
        return netlink.routes(ipv6, NetlinkConstants.RT_TABLE_MAIN, MANY).routes().stream()
                .filter(route -> route.destination().length() == 0 && route.type() == NetlinkConstants.RTN_UNICAST)
                .filter(route -> (route.flags() & UNUSABLE) == 0)
                .sorted(Comparator.comparingLong(route -> Integer.toUnsignedLong(route.metric())))
                .flatMap(route -> way(route).stream())
                .findFirst();
    }

    private Optional<DefaultRoute> way(Route route) {
        Optional<NextHop> hop = route.nextHops().stream().findFirst();
        int index = hop.map(NextHop::interfaceIndex).orElse(route.interfaceIndex());
        Optional<InetAddress> gateway = hop.isPresent() ? hop.get().gateway() : route.gateway();
        return Optional.ofNullable(byIndex.get(index))
                .filter(device -> device.up() && !device.ours())
                .map(device -> new DefaultRoute(device.name(), index, gateway, Integer.toUnsignedLong(route.metric())));
    }
}

package io.sluice.egress.spi;

import io.sluice.api.net.IpPrefix;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The host's network as it is for an ordinary packet.
 *
 * @param ways the main table, in any order
 * @param local every address of this host's interfaces
 * @param localRoutes what may be this host's by a route alone (AnyIP, IPv6 anycast), host bits zero; of the loopback nothing. Rather too much: another route
 *     or rule may lead elsewhere
 * @param certain what the kernel takes for this host's before it asks any rule that may apply, for whatever socket is bound to no interface: addresses of
 *     interfaces and local routes, host bits zero; of the loopback nothing
 * @param certainMarked likewise for a socket with our mark: rather more, for the rules into our tunnel do not apply to it
 * @param interfaces the interfaces that are up, with their numbers
 * @param tunnels names of the TUN interfaces that this process has open
 * @param decided whether the main table alone decides; false where others have rules of their own, or the table is too large to copy or
 *     holds what cannot be read: then only the kernel knows the way
 */
public record NetworkView(
        List<Way> ways,
        Set<InetAddress> local,
        List<IpPrefix> localRoutes,
        List<IpPrefix> certain,
        List<IpPrefix> certainMarked,
        Map<String, Integer> interfaces,
        Set<String> tunnels,
        boolean decided) {

    public NetworkView {
        ways = List.copyOf(ways);
        local = Set.copyOf(local);
        localRoutes = List.copyOf(localRoutes);
        certain = List.copyOf(certain);
        certainMarked = List.copyOf(certainMarked);
        interfaces = Map.copyOf(interfaces);
        tunnels = Set.copyOf(tunnels);
    }
}

package io.sluice.egress.engine;

import io.sluice.api.net.IpPrefix;
import io.sluice.egress.spi.NetworkView;
import io.sluice.egress.spi.Way;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Chooses the interface for a destination out of one view of the network, by longest prefix and then smallest metric, passing over what leads
 * into our own tunnel. A destination inside the network of our own TUN interface is refused: it exists nowhere else.
 */
public final class EgressTable {

    /** In the configuration: choose by the routes. */
    public static final String AUTO = "auto";

    private static final int IPV6_OCTETS = 16;

    private final List<Way> ways4;
    private final List<Way> ways6;
    private final HostAddresses local;
    private final Map<String, Integer> interfaces;
    private final Set<String> tunnels;
    private final boolean decided;
    private final Optional<String> fixed;

    /** @param wanted interface name, or {@link #AUTO} */
    public EgressTable(NetworkView view, String wanted) {
        this.ways4 = sorted(view.ways(), false);
        this.ways6 = sorted(view.ways(), true);
        this.local = new HostAddresses(view);
        this.interfaces = view.interfaces();
        this.tunnels = view.tunnels();
        this.decided = view.decided();
        this.fixed = wanted.equals(AUTO) ? Optional.empty() : Optional.of(wanted);
    }

    private static List<Way> sorted(List<Way> ways, boolean ipv6) {
        return ways.stream()
                .filter(way -> way.destination().isIpv6() == ipv6)
                .sorted(Comparator.comparingInt((Way way) -> -way.destination().length())
                        .thenComparingLong(Way::metric))
                .toList();
    }

    /**
     * Chooses.
     *
     * @param marked whether the socket carries the mark that the routes into the tunnel except
     */
    public EgressChoice towards(InetAddress destination, boolean marked) {
        if (local.certainly(destination, marked)) {
            return new EgressChoice.Unbound();
        }
        if (marked && fixed.isEmpty() && local.hasInterface(destination)) {
            // A rule may come first. Only the kernel knows, and it keeps our mark out of the tunnel.
            return new EgressChoice.Unbound();
        }
        Optional<Way> way = way(destination);
        if (way.isPresent() && way.get().onLink()) {
            return tunnels.contains(way.get().device())
                    ? new EgressChoice.Refused(
                            destination.getHostAddress() + " is inside the network of our own interface "
                                    + way.get().device())
                    : new EgressChoice.Interface(way.get().device());
        }
        if (fixed.isPresent()) {
            return fixed(fixed.get());
        }
        if (marked && (!decided || local.contains(destination))) {
            // Only the kernel knows, and it keeps our mark out of the tunnel.
            return new EgressChoice.Unbound();
        }
        if (way.isEmpty()) {
            return new EgressChoice.Refused("no interface leads to " + destination.getHostAddress()
                    + ": there is no route for it outside of the tunnel");
        }
        return way.get().refuses()
                ? new EgressChoice.Refused("the host's routes refuse " + destination.getHostAddress() + " ("
                        + way.get().destination() + ")")
                : new EgressChoice.Interface(way.get().device());
    }

    /**
     * Chooses for a socket with many destinations: a marked one is left to the kernel, another is bound to the interface of the default
     * route.
     */
    public EgressChoice towardsMany(boolean marked) {
        if (fixed.isPresent()) {
            return fixed(fixed.get());
        }
        if (marked) {
            return new EgressChoice.Unbound();
        }
        return defaultInterface(false)
                .or(() -> defaultInterface(true))
                .<EgressChoice>map(EgressChoice.Interface::new)
                .orElseGet(() -> new EgressChoice.Refused("there is no default route outside of the tunnel"));
    }

    /** The interface of the default route of one family. */
    public Optional<String> defaultInterface(boolean ipv6) {
        if (fixed.isPresent()) {
            return fixed.filter(interfaces::containsKey);
        }
        return (ipv6 ? ways6 : ways4)
                .stream()
                        .filter(way ->
                                way.destination().length() == 0 && !way.refuses() && !tunnels.contains(way.device()))
                        .map(Way::device)
                        .findFirst();
    }

    /** Number of an interface that is up. */
    public OptionalInt index(String device) {
        Integer index = interfaces.get(device);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** Whether the address may be one of this host's. Allocates nothing in the usual case ({@link AddressRanges}). */
    public boolean isLocal(InetAddress address) {
        return local.contains(address);
    }

    /** Whether it may be one by a route alone, so that no interface has it. */
    public boolean isLocalByRoute(InetAddress address) {
        return local.byRoute(address);
    }

    /**
     * Chooses for a socket that an outbound wants sent by one interface. What is certainly on this host is reached without one.
     *
     * @param destination null for many
     * @param marked as in {@link #towards}
     */
    public EgressChoice by(String device, InetAddress destination, boolean marked) {
        if (destination != null && local.certainly(destination, marked)) {
            return new EgressChoice.Unbound();
        }
        return tunnels.contains(device)
                ? new EgressChoice.Refused("the egress interface " + device + " is our own tunnel")
                : fixed(device);
    }

    private EgressChoice fixed(String name) {
        return interfaces.containsKey(name)
                ? new EgressChoice.Interface(name)
                : new EgressChoice.Refused("the egress interface " + name + " does not exist or is down");
    }

    private Optional<Way> way(InetAddress destination) {
        boolean ipv6 = destination.getAddress().length == IPV6_OCTETS;
        for (Way way : ipv6 ? ways6 : ways4) {
            if (contains(way.destination(), destination) && (way.onLink() || !tunnels.contains(way.device()))) {
                return Optional.of(way);
            }
        }
        return Optional.empty();
    }

    private static boolean contains(IpPrefix prefix, InetAddress address) {
        return prefix.length() == 0 || prefix.contains(address);
    }
}

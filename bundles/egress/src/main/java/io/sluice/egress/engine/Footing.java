package io.sluice.egress.engine;

import io.sluice.api.netmon.DefaultRoute;
import io.sluice.api.netmon.HostInterface;
import io.sluice.api.netmon.NetworkState;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * What a socket of ours stands on.
 *
 * @param device name of the interface it is bound to, and its number
 * @param address the local address it was bound to or connected from; empty while it has none, or any
 * @param at when it was bound, in nanoseconds of the monotonic clock: a state of the network that was read before tells nothing of it
 */
public record Footing(Optional<String> device, OptionalInt index, Optional<InetAddress> address, long at) {

    /** The same, with its local address known; any and loopback addresses cannot vanish. */
    public Footing withAddress(InetAddress local) {
        boolean any = local.isAnyLocalAddress() || local.isLoopbackAddress();
        return new Footing(device, index, any ? Optional.empty() : Optional.of(local), at);
    }

    /**
     * Why the socket leads nowhere in this network, in half a sentence; empty if it may still be good.
     *
     * @param byRoute tells addresses that are this host's though no interface has them
     */
    public Optional<String> lost(NetworkState network, Predicate<InetAddress> byRoute) {
        if (network.source() == NetworkState.Source.NONE || network.read() - at <= 0) {
            return Optional.empty();
        }
        if (device.isPresent() && index.isPresent()) {
            Optional<HostInterface> mine = network.interfaces().stream()
                    .filter(i -> i.index() == index.getAsInt())
                    .findFirst();
            if (mine.isEmpty()) {
                return Optional.of("the interface " + device.get() + " is gone");
            }
            if (!mine.get().up() && anotherLeadsOut(network)) {
                return Optional.of("the interface " + device.get() + " is down and another one leads out");
            }
        }
        return address.filter(local -> network.interfaces().stream()
                        .noneMatch(i ->
                                i.addresses().stream().anyMatch(a -> a.address().equals(local))))
                .filter(byRoute.negate())
                .map(local -> "the address " + local.getHostAddress() + " is gone");
    }

    /** While there is no other way, a link that is down may come up again with everything as it was. */
    private boolean anotherLeadsOut(NetworkState network) {
        return network.default4().or(network::default6).map(DefaultRoute::index).isPresent();
    }
}

package io.sluice.api.killswitch;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.net.Network;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the appliance's own sockets may reach, whatever the state of the tunnel. Only sockets with the mark: another program that sends to the same
 * endpoint is refused.
 *
 * @param mark what {@code EgressBinder.status().mark()} says; 0 only where nothing may be reached
 * @param endpoints the configured outbounds' servers, and the name servers that resolve their names
 */
public record OwnTraffic(int mark, List<Endpoint> endpoints) {

    /** Nothing at all. */
    public static final OwnTraffic NONE = new OwnTraffic(0, List.of());

    /**
     * Where to.
     *
     * @param destination one host ({@code /32}, {@code /128}) or a network; empty for any address, as the direct outbound needs
     * @param port 1…65535; 0 for any
     * @param network empty for any
     */
    public record Endpoint(Optional<IpPrefix> destination, int port, Optional<Network> network) {

        /** Anything. */
        public static final Endpoint ANY = new Endpoint(Optional.empty(), 0, Optional.empty());

        public Endpoint {
            Objects.requireNonNull(destination, "destination");
            Objects.requireNonNull(network, "network");
            destination = destination.map(IpPrefix::network);
            if (port < 0 || port > 0xffff) {
                throw new IllegalArgumentException("port " + port + " is not in 0…65535");
            }
            if (port != 0 && network.filter(Network.ICMP::equals).isPresent()) {
                throw new IllegalArgumentException("ICMP has no ports");
            }
        }
    }

    public OwnTraffic {
        endpoints = List.copyOf(endpoints);
        if (mark == 0 && !endpoints.isEmpty()) {
            throw new IllegalArgumentException(
                    "without a mark our own sockets cannot be told from others, so nothing may be reached");
        }
    }
}

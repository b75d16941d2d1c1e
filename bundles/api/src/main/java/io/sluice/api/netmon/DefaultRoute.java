package io.sluice.api.netmon;

import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a packet goes for which there is no better route, outside of our own tunnel.
 *
 * @param device name of the interface
 * @param index number of the interface
 * @param gateway the router; empty on a point-to-point link, or where it cannot be known
 * @param metric the smallest wins
 */
public record DefaultRoute(String device, int index, Optional<InetAddress> gateway, long metric) {

    public DefaultRoute {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(gateway, "gateway");
    }

    @Override
    public String toString() {
        return device + gateway.map(g -> " via " + g.getHostAddress()).orElse("");
    }
}

package io.sluice.outbound.dns.engine;

import io.netty.util.NetUtil;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.Reach;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Which server is asked instead of the one that the client meant.
 *
 * @param network how; empty for as the client does
 * @param address its address or name; empty for the one that was meant
 * @param port its port; 0 for the one that was meant
 */
public record Rewrite(Optional<Network> network, String address, int port) {

    public Rewrite {
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(address, "address");
    }

    /** Whether the client chooses the host. */
    boolean isMeant() {
        return address.isEmpty();
    }

    InetSocketAddress server(InetSocketAddress meant) {
        int at = port == 0 ? meant.getPort() : port;
        if (address.isEmpty()) {
            return at == meant.getPort() ? meant : moved(meant, at);
        }
        return configured(at);
    }

    private InetSocketAddress configured(int at) {
        return NetUtil.createByteArrayFromIpAddressString(address) == null
                ? InetSocketAddress.createUnresolved(address, at)
                : new InetSocketAddress(address, at);
    }

    private static InetSocketAddress moved(InetSocketAddress meant, int at) {
        return meant.isUnresolved()
                ? InetSocketAddress.createUnresolved(meant.getHostString(), at)
                : new InetSocketAddress(meant.getAddress(), at);
    }

    Network network(Network client) {
        return network.orElse(client);
    }

    /** Where sockets go that are opened here. */
    public Reach reach() {
        if (address.isEmpty()) {
            return Reach.ANYWHERE;
        }
        Set<Reach.Server> servers = new LinkedHashSet<>();
        for (Network used : network.map(List::of).orElse(List.of(Network.TCP, Network.UDP))) {
            servers.add(new Reach.Server(configured(port), used));
        }
        return new Reach(false, servers);
    }

    /** For people: {@code 192.0.2.53:53 by tcp}. */
    public String description() {
        String host = address.isEmpty() ? "the server that is asked" : address;
        String bracketed = address.contains(":") && port != 0 ? "[" + host + "]" : host;
        return bracketed
                + (port == 0 ? "" : (address.isEmpty() ? ", port " : ":") + port)
                + network.map(n -> " by " + n.name().toLowerCase(Locale.ROOT)).orElse("");
    }
}

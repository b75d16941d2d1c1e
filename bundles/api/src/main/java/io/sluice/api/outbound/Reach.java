package io.sluice.api.outbound;

import io.sluice.api.net.Network;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Set;

/**
 * Where the sockets of an outbound go, so that a kill switch can let these pass and no others.
 *
 * @param anywhere to any host; then there are no servers to name
 * @param servers otherwise only to these; none for an outbound without sockets
 */
public record Reach(boolean anywhere, Set<Server> servers) {

    /** Any host, as of the direct outbound. */
    public static final Reach ANYWHERE = new Reach(true, Set.of());

    /** It opens no socket. */
    public static final Reach NOWHERE = new Reach(false, Set.of());

    /**
     * One server.
     *
     * @param address unresolved if it is a domain name; port 0 for any port
     * @param network TCP or UDP
     */
    public record Server(InetSocketAddress address, Network network) {
        public Server {
            Objects.requireNonNull(address, "address");
            Objects.requireNonNull(network, "network");
        }
    }

    public Reach {
        servers = Set.copyOf(servers);
    }

    /** One server by one network. */
    public static Reach of(InetSocketAddress address, Network network) {
        return new Reach(false, Set.of(new Server(address, network)));
    }

    /** One server by TCP and UDP. */
    public static Reach both(InetSocketAddress address) {
        return new Reach(false, Set.of(new Server(address, Network.TCP), new Server(address, Network.UDP)));
    }
}

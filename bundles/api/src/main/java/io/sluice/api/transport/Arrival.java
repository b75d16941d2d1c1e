package io.sluice.api.transport;

import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of a stream that came in.
 *
 * @param peer the client's endpoint; what a trusted proxy before us says it is, where a layer reads that
 * @param local the endpoint it came to
 * @param security what the security layer agreed upon; empty without one
 * @param path the path a transport was asked by (WebSocket, HTTPUpgrade, gRPC), for fallbacks; empty without one
 */
public record Arrival(
        InetSocketAddress peer, InetSocketAddress local, Optional<Security> security, Optional<String> path) {

    public Arrival {
        Objects.requireNonNull(peer, "peer");
        Objects.requireNonNull(local, "local");
        Objects.requireNonNull(security, "security");
        Objects.requireNonNull(path, "path");
    }

    /** As it comes from a listener. */
    public static Arrival of(InetSocketAddress peer, InetSocketAddress local) {
        return new Arrival(peer, local, Optional.empty(), Optional.empty());
    }

    public Arrival with(Security agreed) {
        return new Arrival(peer, local, Optional.of(agreed), path);
    }

    public Arrival from(InetSocketAddress client) {
        return new Arrival(client, local, security, path);
    }

    public Arrival at(String requested) {
        return new Arrival(peer, local, security, Optional.of(requested));
    }
}

package io.sluice.api.flow;

import io.sluice.api.net.Network;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of a flow when it arrives.
 *
 * @param network TCP, UDP or ICMP
 * @param inboundTag tag of the inbound or TUN device that brought it
 * @param source the client's address and port (for ICMP the identifier)
 * @param destination where it wants to go; unresolved means a domain name (for UDP: of the first datagram)
 * @param user who authenticated at the inbound
 */
public record FlowSource(
        Network network,
        String inboundTag,
        InetSocketAddress source,
        InetSocketAddress destination,
        Optional<String> user) {

    public FlowSource {
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(inboundTag, "inboundTag");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(user, "user");
    }
}

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
 * @param turns how often an outbound has handed it back to be decided anew; 0 to {@link #MAX_TURNS}
 */
public record FlowSource(
        Network network,
        String inboundTag,
        InetSocketAddress source,
        InetSocketAddress destination,
        Optional<String> user,
        int turns) {

    /** More is a circle; ours: nobody nests rules as deep. */
    public static final int MAX_TURNS = 8;

    public FlowSource {
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(inboundTag, "inboundTag");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(user, "user");
        if (turns < 0 || turns > MAX_TURNS) {
            throw new IllegalArgumentException("turns is " + turns + "; it is 0 to " + MAX_TURNS);
        }
    }

    /** What has just arrived: without a turn. */
    public FlowSource(
            Network network,
            String inboundTag,
            InetSocketAddress source,
            InetSocketAddress destination,
            Optional<String> user) {
        this(network, inboundTag, source, destination, user, 0);
    }

    /** The same, to another destination. */
    public FlowSource to(InetSocketAddress other) {
        return new FlowSource(network, inboundTag, source, other, user, turns);
    }
}

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
 * @param keyed whether it came through an inbound that whoever has a key reaches from anywhere: shadowsocks, trojan, vless, vmess
 */
public record FlowSource(
        Network network,
        String inboundTag,
        InetSocketAddress source,
        InetSocketAddress destination,
        Optional<String> user,
        int turns,
        boolean keyed) {

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

    /** What has just arrived from a client that needs no key: without a turn. */
    public FlowSource(
            Network network,
            String inboundTag,
            InetSocketAddress source,
            InetSocketAddress destination,
            Optional<String> user) {
        this(network, inboundTag, source, destination, user, 0, false);
    }

    /** What has just arrived through an inbound that whoever has a key reaches from anywhere. */
    public static FlowSource keyed(
            Network network,
            String inboundTag,
            InetSocketAddress source,
            InetSocketAddress destination,
            Optional<String> user) {
        return new FlowSource(network, inboundTag, source, destination, user, 0, true);
    }

    /** The same, to another destination. */
    public FlowSource to(InetSocketAddress other) {
        return new FlowSource(network, inboundTag, source, other, user, turns, keyed);
    }

    /** The same client's, handed back as if another inbound had brought it. */
    public FlowSource turned(Network as, String tag, InetSocketAddress to) {
        return new FlowSource(as, tag, source, to, user, turns + 1, keyed);
    }
}

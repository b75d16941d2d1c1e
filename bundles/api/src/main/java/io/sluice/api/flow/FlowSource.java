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
 * @param entry how it came in
 */
public record FlowSource(
        Network network,
        String inboundTag,
        InetSocketAddress source,
        InetSocketAddress destination,
        Optional<String> user,
        int turns,
        Entry entry) {

    /** More is a circle; ours: nobody nests rules as deep. */
    public static final int MAX_TURNS = 8;

    /** How a flow comes in: what its client may be believed to reach without us. */
    public enum Entry {
        /** Its packets themselves, by a TUN device or by redirection: the client's kernel had a route to the destination. */
        PACKETS,
        /** By a proxy protocol that local clients speak: socks, http. */
        PROXY,
        /** By one that is made for reaching a server from anywhere, and wants a key: shadowsocks, trojan, vless, vmess (Xray's list, {@code freedom}). */
        KEY
    }

    public FlowSource {
        Objects.requireNonNull(entry, "entry");
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(inboundTag, "inboundTag");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(user, "user");
        if (turns < 0 || turns > MAX_TURNS) {
            throw new IllegalArgumentException("turns is " + turns + "; it is 0 to " + MAX_TURNS);
        }
    }

    /** What has just arrived by a proxy protocol: without a turn. */
    public FlowSource(
            Network network,
            String inboundTag,
            InetSocketAddress source,
            InetSocketAddress destination,
            Optional<String> user) {
        this(network, inboundTag, source, destination, user, 0, Entry.PROXY);
    }

    /** What has just arrived as packets. */
    public static FlowSource ofPackets(
            Network network, String inboundTag, InetSocketAddress source, InetSocketAddress destination) {
        return new FlowSource(network, inboundTag, source, destination, Optional.empty(), 0, Entry.PACKETS);
    }

    /** What has just arrived by a protocol with a key. */
    public static FlowSource keyed(
            Network network,
            String inboundTag,
            InetSocketAddress source,
            InetSocketAddress destination,
            Optional<String> user) {
        return new FlowSource(network, inboundTag, source, destination, user, 0, Entry.KEY);
    }

    /** The same, to another destination. */
    public FlowSource to(InetSocketAddress other) {
        return new FlowSource(network, inboundTag, source, other, user, turns, entry);
    }

    /** The same client's, handed back as if another inbound had brought it. */
    public FlowSource turned(Network as, String tag, InetSocketAddress to) {
        return new FlowSource(as, tag, source, to, user, turns + 1, entry);
    }
}

package io.sluice.api.egress;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Binds every socket that the appliance opens towards the outside: a mark that the routing rules except from the tunnel, and the physical
 * interface. Who finds no binder must not dial.
 */
@ProviderType
public interface EgressBinder {

    /**
     * Prepares a registered channel that is neither bound nor connected. Call it on the channel's loop, e.g. from a
     * {@code ChannelInitializer}.
     *
     * @param destination the resolved peer, or null for a datagram channel with many
     * @throws EgressException if there is no interface to send by: the caller gives up (fails closed)
     */
    void bind(Channel channel, InetAddress destination) throws EgressException;

    /**
     * Likewise, with what the outbound wants of its sockets. The channel is also bound to the source address, if there is one: the caller
     * connects without a local address.
     *
     * @throws EgressException also if this binder cannot do what is wanted
     */
    default void bind(Channel channel, InetAddress destination, EgressOptions options) throws EgressException {
        if (!options.equals(EgressOptions.NONE)) {
            throw new EgressException("this egress binder knows no interface, source address or mark of an outbound");
        }
        bind(channel, destination);
    }

    /**
     * Notes the local address of a socket of ours, once known, and forgets it when the channel closes: so a packet of its that comes back
     * through the tunnel is recognised.
     */
    void own(Channel channel);

    /** Whether the endpoint is that of a live socket of ours, of whatever kind. Any thread. */
    boolean isOwn(InetSocketAddress source);

    /**
     * Whether the endpoint is that of a live socket of ours of this kind: TCP and UDP number their ports apart, so a stranger's stream may
     * well come from the port of a datagram socket of ours. A binder that does not tell them apart answers for both. Any thread.
     *
     * @param datagrams a UDP endpoint, else a TCP one
     */
    default boolean isOwn(InetSocketAddress source, boolean datagrams) {
        return isOwn(source);
    }

    /**
     * Whether the address may be one of this host's: on whatever interface, or by a route alone (AnyIP, anycast), even if another route may lead elsewhere. Any
     * thread; no system call, no lock.
     */
    boolean isHostAddress(InetAddress address);

    EgressStatus status();

    /**
     * How things stand.
     *
     * @param mark the mark our sockets carry, 0 if marks cannot be set
     * @param interface4 the physical interface for IPv4
     * @param interface6 the physical interface for IPv6
     * @param limitation what cannot be had and why, in one sentence
     */
    record EgressStatus(
            int mark, Optional<String> interface4, Optional<String> interface6, Optional<String> limitation) {}
}

package io.sluice.inbound.redirect.linux;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What connection tracking knows of a connection. A socket for both families answers for IPv4 at the level of IPv4 too. */
final class OriginalDestination {

    /** linux/netfilter_ipv4.h and linux/netfilter_ipv6/ip6_tables.h: both are 80. */
    private static final int SO_ORIGINAL_DST = 80;

    private static final int SOL_IP = 0;
    private static final int SOL_IPV6 = 41;

    /** sizeof(struct sockaddr_in), sizeof(struct sockaddr_in6). */
    private static final int SOCKADDR_IN = 16;

    private static final int SOCKADDR_IN6 = 28;

    /** Offsets in both: sin_port; sin_addr and sin6_addr. */
    private static final int PORT = 2;

    private static final int ADDRESS = 4;
    private static final int ADDRESS6 = 8;

    private static final ChannelOption<ByteBuffer> DESTINATION =
            new RawUnixChannelOption("SO_ORIGINAL_DST", SOL_IP, SO_ORIGINAL_DST, SOCKADDR_IN);
    private static final ChannelOption<ByteBuffer> DESTINATION6 =
            new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", SOL_IPV6, SO_ORIGINAL_DST, SOCKADDR_IN6);

    private OriginalDestination() {}

    static Optional<InetSocketAddress> of(Channel channel) {
        boolean ipv6 =
                channel.remoteAddress() instanceof InetSocketAddress peer && peer.getAddress() instanceof Inet6Address;
        try {
            ByteBuffer address = channel.config().getOption(ipv6 ? DESTINATION6 : DESTINATION);
            return address == null ? Optional.empty() : Optional.of(read(address, ipv6));
        } catch (ChannelException e) {
            // ENOENT: connection tracking does not know it.
            return Optional.empty();
        }
    }

    static InetSocketAddress read(ByteBuffer from, boolean ipv6) {
        byte[] octets = new byte[ipv6 ? 16 : 4];
        from.get(ipv6 ? ADDRESS6 : ADDRESS, octets);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(octets), Short.toUnsignedInt(from.getShort(PORT)));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}

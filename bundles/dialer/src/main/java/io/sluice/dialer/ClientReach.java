package io.sluice.dialer;

import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.net.PrefixSet;
import io.sluice.api.net.PrivateHosts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which addresses a client's flow may be sent to by a socket of this host, where nobody has said otherwise.
 *
 * <ul>
 *   <li>Who came with a key reaches no private address (Xray's {@code freedom}: whoever has a key to a server is not yet at home in its network),
 *       and no address of this host.
 *   <li>A proxy client on another host reaches no address of this host, its loopback (RFC 1122 §3.2.1.3) before all, nothing link-local (RFC 3927 §7, RFC
 *       4291 §2.5.6) and no group, for this host may be a member.
 *   <li>A proxy client that comes by the loopback, and whoever's packets came here on their way to the address, reach everything.
 * </ul>
 *
 * Any thread.
 */
public final class ClientReach {

    private static final PrefixSet UNROUTED = new PrefixSet(
            Stream.of("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "255.255.255.255", "::/127", "fe80::/10")
                    .map(IpPrefix::parse)
                    .toList());

    private ClientReach() {}

    /** Whether there is anything that this client may not reach. */
    public static boolean restricts(FlowSource client) {
        return switch (client.entry()) {
            case PACKETS -> false;
            case PROXY -> {
                InetAddress from = client.source().getAddress();
                yield from == null || !from.isLoopbackAddress();
            }
            case KEY -> true;
        };
    }

    /** @param host knows this host's addresses */
    public static boolean allows(FlowSource client, InetAddress address, Predicate<InetAddress> host) {
        if (!restricts(client)) {
            return true;
        }
        boolean closed = client.entry() == FlowSource.Entry.KEY
                ? PrivateHosts.ADDRESSES.contains(address)
                : UNROUTED.contains(address) || address.isMulticastAddress();
        return !closed && !host.test(address);
    }

    /** Decides for one client. */
    static AddressFilter filter(FlowSource client, Predicate<InetAddress> host) {
        return address ->
                allows(client, address.getAddress(), host) ? Optional.empty() : Optional.of(refusal(client, address));
    }

    /** One clause for people. */
    public static String refusal(FlowSource client, InetSocketAddress address) {
        return (client.entry() == FlowSource.Entry.KEY
                        ? "who comes with a key reaches no private address and none of this host"
                        : "a client of another host reaches no address of this host or of its links alone")
                + ", so not " + ConnectFailures.text(address)
                + "; finalRules of a freedom outbound can allow it";
    }
}

package io.sluice.dialer;

import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.net.PrefixSet;
import io.sluice.api.net.PrivateHosts;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which addresses a client's flow may be sent to by a socket of this host, where nobody has said otherwise.
 *
 * <ul>
 *   <li>Who came with a key reaches no private address (Xray's {@code freedom}: whoever has a key to a server is not yet at home in its network),
 *       and no address of this host.
 *   <li>A proxy client on another host reaches no address of this host, its loopback (RFC 1122 §3.2.1.3) before all, and nothing that no router carries
 *       (RFC 3927 §7, RFC 4291 §2.5.6 and §2.7, RFC 5771 §4).
 *   <li>A proxy client that comes by the loopback, and whoever's packets came here on their way to the address, reach everything.
 * </ul>
 *
 * Any thread.
 */
public final class ClientReach {

    private static final PrefixSet UNROUTED = new PrefixSet(Stream.of(
                    "0.0.0.0/8",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "224.0.0.0/24",
                    "255.255.255.255",
                    "::/127",
                    "fe80::/10",
                    "ff01::/16",
                    "ff02::/16")
            .map(IpPrefix::parse)
            .toList());

    /** Discard, RFC 863: nothing is sent there. */
    private static final int SOME_PORT = 9;

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

    public static boolean allows(FlowSource client, InetAddress address) {
        if (!restricts(client)) {
            return true;
        }
        boolean closed = client.entry() == FlowSource.Entry.KEY
                ? PrivateHosts.ADDRESSES.contains(address)
                : UNROUTED.contains(address);
        return !closed && !isOurs(address);
    }

    /** Decides for one client. */
    public static AddressFilter filter(FlowSource client) {
        return address ->
                allows(client, address.getAddress()) ? Optional.empty() : Optional.of(refusal(client, address));
    }

    /** One clause for people. */
    public static String refusal(FlowSource client, InetSocketAddress address) {
        return (client.entry() == FlowSource.Entry.KEY
                        ? "who comes with a key reaches no private address and none of this host"
                        : "a client of another host reaches no address of this host or of its links alone")
                + ", so not " + ConnectFailures.text(address)
                + "; finalRules of a freedom outbound can allow it";
    }

    /**
     * Whether the address is one of this host's: the kernel takes it for the source, too (ip(7), connect of a datagram socket, which sends nothing; some
     * 25 µs). Where no socket is to be had it counts as ours.
     */
    private static boolean isOurs(InetAddress address) {
        ProtocolFamily family =
                address instanceof Inet6Address ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
        try (DatagramChannel probe = DatagramChannel.open(family)) {
            return isSource(probe, address);
        } catch (IOException e) {
            return true;
        }
    }

    private static boolean isSource(DatagramChannel probe, InetAddress address) throws IOException {
        try {
            probe.connect(new InetSocketAddress(address, SOME_PORT));
        } catch (IOException e) {
            return false; // no way there: the dialling ends the same
        }
        return probe.getLocalAddress() instanceof InetSocketAddress from && address.equals(from.getAddress());
    }
}

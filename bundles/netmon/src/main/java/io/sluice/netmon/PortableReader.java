package io.sluice.netmon;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.netmon.DefaultRoute;
import io.sluice.api.netmon.HostInterface;
import io.sluice.netmon.spi.Reading;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Reads the network by what Java offers everywhere. The default interface is the one whose address the system would send from to a far host;
 * nothing is sent. Gateways and metrics are not known, nor which interface is a tunnel of ours.
 */
final class PortableReader {

    /** Addresses for documentation (RFC 5737, RFC 3849): far from every host, and of no other use. */
    private static final InetAddress FAR4 = InetAddress.ofLiteral("192.0.2.1");

    private static final InetAddress FAR6 = InetAddress.ofLiteral("2001:db8::1");

    /** Discard (RFC 863): some port, for connecting a datagram socket wants one. */
    private static final int PORT = 9;

    private PortableReader() {}

    static Reading read() throws IOException {
        List<HostInterface> interfaces = new ArrayList<>();
        for (NetworkInterface found : NetworkInterface.networkInterfaces().toList()) {
            interfaces.add(view(found));
        }
        return new Reading(interfaces, way(FAR4, interfaces), way(FAR6, interfaces));
    }

    private static HostInterface view(NetworkInterface found) throws IOException {
        List<IpPrefix> addresses = found.getInterfaceAddresses().stream()
                .map(a -> new IpPrefix(a.getAddress(), a.getNetworkPrefixLength()))
                .sorted(Comparator.comparing(IpPrefix::toString))
                .toList();
        return new HostInterface(
                found.getName(), found.getIndex(), found.isUp(), Math.max(0, found.getMTU()), false, addresses);
    }

    private static Optional<DefaultRoute> way(InetAddress far, List<HostInterface> interfaces) {
        try (DatagramSocket socket = new DatagramSocket(null)) {
            socket.bind(null);
            socket.connect(new InetSocketAddress(far, PORT));
            InetAddress from = socket.getLocalAddress();
            return interfaces.stream()
                    .filter(i -> i.up()
                            && i.addresses().stream().anyMatch(a -> a.address().equals(from)))
                    .findFirst()
                    .map(i -> new DefaultRoute(i.name(), i.index(), Optional.empty(), 0));
        } catch (IOException | RuntimeException _) {
            // The system says that there is no way, in an exception of one kind or another.
            return Optional.empty();
        }
    }
}

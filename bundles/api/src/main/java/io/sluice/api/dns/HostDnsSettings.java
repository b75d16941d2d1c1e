package io.sluice.api.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.Objects;

/**
 * Which resolver the host shall use.
 *
 * @param tunnelInterface the interface through which the servers are reached; managers that keep a resolver for each link set it on this one
 * @param servers in order of preference, at least one; the C library asks the first three (resolv.conf(5), MAXNS)
 * @param searchDomains appended to names without a dot; may be empty
 */
public record HostDnsSettings(String tunnelInterface, List<InetAddress> servers, List<String> searchDomains) {

    /** MAXNS of resolv.conf(5). */
    public static final int MOST_SERVERS = 3;

    /** A name of RFC 1035 §2.3.1 has this many characters at most (§2.3.4, without the root's length octet and dot). */
    private static final int LONGEST_NAME = 253;

    public HostDnsSettings {
        Objects.requireNonNull(tunnelInterface, "tunnelInterface");
        servers = List.copyOf(servers);
        searchDomains = List.copyOf(searchDomains);
        if (servers.isEmpty() || servers.size() > MOST_SERVERS) {
            throw new IllegalArgumentException(
                    "a host asks 1 to " + MOST_SERVERS + " name servers, not " + servers.size());
        }
        for (InetAddress server : servers) {
            if (server.isAnyLocalAddress() || server.isMulticastAddress()) {
                throw new IllegalArgumentException("no name server can be at " + server.getHostAddress());
            }
        }
        for (String domain : searchDomains) {
            // What goes into a file of the host must not be able to hold a line break or a space.
            if (domain.length() > LONGEST_NAME || !domain.matches("[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")) {
                throw new IllegalArgumentException("'" + domain + "' is not a domain name");
            }
        }
    }

    /** Without search domains. */
    public HostDnsSettings(String tunnelInterface, List<InetAddress> servers) {
        this(tunnelInterface, servers, List.of());
    }
}

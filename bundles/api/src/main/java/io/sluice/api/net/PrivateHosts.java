package io.sluice.api.net;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Hosts that are reached without crossing public networks: special-purpose addresses (IANA's registries, RFC 6890) and names that the public DNS does
 * not have. The two lists are Xray's, so that a configuration which is accepted there is accepted here.
 */
public final class PrivateHosts {

    /** The addresses. */
    public static final List<IpPrefix> PREFIXES = List.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/3",
                    "::/127",
                    "fc00::/7",
                    "fe80::/10",
                    "ff00::/8")
            .stream()
            .map(IpPrefix::parse)
            .toList();

    /** The same, for asking often. */
    public static final PrefixSet ADDRESSES = new PrefixSet(PREFIXES);

    /** RFC 6761, RFC 8375, RFC 6762 and what home routers use. */
    private static final Set<String> DOMAINS =
            Set.of("lan", "localdomain", "example", "invalid", "localhost", "test", "local", "home.arpa", "internal");

    /** A name without a dot is found by a search list or a hosts file. */
    private static final Pattern DOTLESS = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

    private PrivateHosts() {}

    /** @param host an IP address without brackets, or a name */
    public static boolean contains(String host) {
        InetAddress address = literal(host);
        if (address != null) {
            return ADDRESSES.contains(address);
        }
        String name = host.toLowerCase(Locale.ROOT);
        String relative = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return DOTLESS.matcher(relative).matches()
                || DOMAINS.stream().anyMatch(d -> relative.equals(d) || relative.endsWith("." + d));
    }

    private static InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}

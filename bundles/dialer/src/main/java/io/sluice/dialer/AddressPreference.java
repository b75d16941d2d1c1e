package io.sluice.dialer;

import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.resolver.ResolvedAddressTypes;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** Which addresses of a name are used, and in which order. */
public enum AddressPreference {
    /** Both families, IPv6 first (RFC 8305 §4). */
    IPV6_FIRST(ResolvedAddressTypes.IPV6_PREFERRED),
    /** Both families, IPv4 first. */
    IPV4_FIRST(ResolvedAddressTypes.IPV4_PREFERRED),
    IPV4_ONLY(ResolvedAddressTypes.IPV4_ONLY),
    IPV6_ONLY(ResolvedAddressTypes.IPV6_ONLY);

    private final ResolvedAddressTypes types;

    AddressPreference(ResolvedAddressTypes types) {
        this.types = types;
    }

    ResolvedAddressTypes types() {
        return types;
    }

    /**
     * Reads Xray's {@code domainStrategy}. {@code Use…} and {@code Force…} are one here: without a built-in resolver there is no other
     * way to fall back to.
     *
     * @throws IllegalArgumentException with a sentence that lists what may be written
     */
    public static AddressPreference ofDomainStrategy(String strategy) {
        return switch (strategy.toLowerCase(Locale.ROOT)) {
            case "", "asis", "useip", "forceip", "useipv6v4", "forceipv6v4" -> IPV6_FIRST;
            case "useipv4v6", "forceipv4v6" -> IPV4_FIRST;
            case "useipv4", "forceipv4" -> IPV4_ONLY;
            case "useipv6", "forceipv6" -> IPV6_ONLY;
            default ->
                throw new IllegalArgumentException("domainStrategy '" + strategy
                        + "' is not known; write AsIs, UseIP, UseIPv4, UseIPv6, UseIPv4v6 or UseIPv6v4");
        };
    }

    /** The same with the other family first, where both are used. */
    AddressPreference preferring(boolean ipv6) {
        return this == IPV4_ONLY || this == IPV6_ONLY ? this : ipv6 ? IPV6_FIRST : IPV4_FIRST;
    }

    /** Alternates the families, the preferred first, so that one broken family costs one attempt (RFC 8305 §4). */
    public List<InetAddress> order(List<InetAddress> addresses) {
        return order(addresses, 1);
    }

    /**
     * Likewise.
     *
     * @param firstFamily how many of the preferred family come before the first of the other (RFC 8305 §8: First Address Family Count)
     */
    List<InetAddress> order(List<InetAddress> addresses, int firstFamily) {
        Deque<InetAddress> six = new ArrayDeque<>();
        Deque<InetAddress> four = new ArrayDeque<>();
        for (InetAddress address : addresses) {
            (address instanceof Inet6Address ? six : four).add(address);
        }
        Deque<InetAddress> first = this == IPV4_FIRST || this == IPV4_ONLY ? four : six;
        Deque<InetAddress> second = first == four ? six : four;
        List<InetAddress> ordered = new ArrayList<>(addresses.size());
        for (int i = 1; i < firstFamily && !first.isEmpty(); i++) {
            ordered.add(first.poll());
        }
        while (!first.isEmpty() || !second.isEmpty()) {
            if (!first.isEmpty()) {
                ordered.add(first.poll());
            }
            if (!second.isEmpty()) {
                ordered.add(second.poll());
            }
        }
        return ordered;
    }

    public static SocketProtocolFamily family(InetAddress address) {
        return address instanceof Inet6Address ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
    }
}

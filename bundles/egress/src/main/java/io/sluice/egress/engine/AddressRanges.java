package io.sluice.egress.engine;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.net.PrefixSet;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What some prefixes hold. Asked at every connect: no lock, and no allocation but where there are prefixes of the address's family that are wider than one
 * address. Immutable.
 */
final class AddressRanges {

    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    private final Set<InetAddress> single;
    private final PrefixSet wide;
    private final boolean wide4;
    private final boolean wide6;

    AddressRanges(List<IpPrefix> prefixes) {
        this.single = prefixes.stream()
                .filter(AddressRanges::isSingle)
                .map(IpPrefix::address)
                .collect(Collectors.toUnmodifiableSet());
        List<IpPrefix> others =
                prefixes.stream().filter(prefix -> !isSingle(prefix)).toList();
        this.wide = new PrefixSet(others);
        this.wide4 = others.stream().anyMatch(prefix -> !prefix.isIpv6());
        this.wide6 = others.stream().anyMatch(IpPrefix::isIpv6);
    }

    private static boolean isSingle(IpPrefix prefix) {
        return prefix.length() == (prefix.isIpv6() ? IPV6_BITS : IPV4_BITS);
    }

    boolean contains(InetAddress address) {
        boolean hasWide = address instanceof Inet4Address ? wide4 : wide6;
        return single.contains(address) || hasWide && wide.contains(address);
    }
}

package io.sluice.route.spi;

/** One entry of ours in the host's routing: a policy rule, or a route of our table. Prints itself as {@code ip rule} or {@code ip route} would. */
public sealed interface HostEntry permits PolicyRule, TableRoute {

    boolean ipv6();
}

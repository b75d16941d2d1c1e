package io.sluice.netlink.linux;

/**
 * What is kept of a table that may be huge: the first so many routes, and of the others those to everything and the kernel's own (an interface's network), as many
 * again at most of either. IPv6 tells the default route last (fib6_walk in net/ipv6/ip6_fib.c goes down before it tells a node), so it has a share of its own.
 */
final class RouteSieve implements DumpSieve {

    private final long table;
    private final int many;
    private int counted;
    private int wide;
    private int kernels;

    /**
     * @param table of which routes count; kernels before 4.20 tell those of every table
     * @param many at least 1
     */
    RouteSieve(long table, int many) {
        this.table = table;
        this.many = many;
    }

    @Override
    public void begin() {
        counted = 0;
        wide = 0;
        kernels = 0;
    }

    @Override
    public boolean keeps(NetlinkMessage part) {
        if (!Route.mayBeOf(part, table)) {
            return false;
        }
        if (counted < many) {
            counted++;
            return true;
        }
        counted = many + 1;
        return Route.isWide(part) ? ++wide <= many : Route.isKernels(part) && ++kernels <= many;
    }

    @Override
    public boolean overflowed() {
        return counted > many;
    }
}

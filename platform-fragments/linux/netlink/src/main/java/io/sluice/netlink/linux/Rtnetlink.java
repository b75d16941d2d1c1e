package io.sluice.netlink.linux;

import static io.sluice.netlink.linux.NetlinkConstants.*;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Links, addresses, routes and rules of the calling thread's network namespace. An entry of a list that makes no sense is left out of it, but for rules. One thread
 * at a time.
 */
public final class Rtnetlink implements AutoCloseable {

    private static final int DUMP = NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH;
    private static final int CHANGE = NLM_F_REQUEST | NLM_F_ACK;
    private static final int ADD = CHANGE | NLM_F_CREATE | NLM_F_EXCL;
    private static final int PUT = CHANGE | NLM_F_CREATE | NLM_F_REPLACE;

    private final NetlinkSocket socket;

    private Rtnetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    public static Rtnetlink open() throws NetlinkException {
        return new Rtnetlink(NetlinkSocket.open());
    }

    /** Every interface. */
    public List<Link> links() throws NetlinkException {
        List<Link> links = new ArrayList<>();
        MessageWriter request =
                Link.header(RTM_GETLINK, DUMP, 0, 0, 0).attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        readEach(socket.dump(request, "list interfaces"), part -> Optional.of(Link.read(part)), links);
        return links;
    }

    /** The interface with this name, if there is one. */
    public Optional<Link> link(String name) throws NetlinkException {
        return link(Link.header(RTM_GETLINK, NLM_F_REQUEST, 0, 0, 0).attribute(IFLA_IFNAME, name), name);
    }

    /** The interface with this number, if there is one. */
    public Optional<Link> link(int index) throws NetlinkException {
        return link(Link.header(RTM_GETLINK, NLM_F_REQUEST, index, 0, 0), "number " + index);
    }

    private Optional<Link> link(MessageWriter request, String who) throws NetlinkException {
        try {
            return Optional.of(Link.read(socket.ask(request, "look up interface " + who)));
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    public void setMtu(int index, int mtu) throws NetlinkException {
        socket.change(
                Link.header(RTM_NEWLINK, CHANGE, index, 0, 0).attributeU32(IFLA_MTU, mtu),
                "set MTU " + mtu + " of interface number " + index);
    }

    public void setTransmitQueueLength(int index, int packets) throws NetlinkException {
        socket.change(
                Link.header(RTM_NEWLINK, CHANGE, index, 0, 0).attributeU32(IFLA_TXQLEN, packets),
                "set transmit queue length " + packets + " of interface number " + index);
    }

    public void setAlias(int index, String alias) throws NetlinkException {
        socket.change(
                Link.header(RTM_NEWLINK, CHANGE, index, 0, 0).attribute(IFLA_IFALIAS, alias),
                "set alias of interface number " + index);
    }

    public void setUp(int index) throws NetlinkException {
        socket.change(Link.header(RTM_NEWLINK, CHANGE, index, IFF_UP, IFF_UP), "bring up interface number " + index);
    }

    /** Only kinds that programs make can be deleted: for others the kernel says EOPNOTSUPP. */
    public void deleteLink(int index) throws NetlinkException {
        socket.change(Link.header(RTM_DELLINK, CHANGE, index, 0, 0), "delete interface number " + index);
    }

    /** Every address of every interface, both families. */
    public List<InterfaceAddress> addresses() throws NetlinkException {
        List<InterfaceAddress> addresses = new ArrayList<>();
        MessageWriter request = InterfaceAddress.header(RTM_GETADDR, DUMP, AF_UNSPEC, 0, 0, 0, 0);
        readEach(socket.dump(request, "list addresses"), InterfaceAddress::read, addresses);
        return addresses;
    }

    public void addAddress(InterfaceAddress address) throws NetlinkException {
        socket.change(
                address.write(RTM_NEWADDR, ADD),
                "add address " + address.local() + " to interface number " + address.index());
    }

    public void deleteAddress(InterfaceAddress address) throws NetlinkException {
        socket.change(
                address.write(RTM_DELADDR, CHANGE),
                "delete address " + address.local() + " of interface number " + address.index());
    }

    /** The routes of one table and family, without entries of the route cache. */
    public List<Route> routes(boolean ipv6, long table) throws NetlinkException {
        return routes(ipv6, table, Integer.MAX_VALUE).routes();
    }

    /**
     * What was read of a table.
     *
     * @param whole whether that is all of it, and could be read. May be false though it is, where a kernel before 4.20 has other tables of numbers above 255, too
     */
    public record Excerpt(List<Route> routes, boolean whole) {
        public Excerpt {
            routes = List.copyOf(routes);
        }
    }

    /**
     * The same of a table that may be huge (a router's with the world's routes). Of more than so many the first are told, and of the others those to everything
     * and the kernel's own (an interface's network), as many again at most of either; some that changed meanwhile may be missing then.
     */
    public Excerpt routes(boolean ipv6, long table, int many) throws NetlinkException {
        MessageWriter request = routeDump(ipv6, 0).attributeU32(RTA_TABLE, (int) table);
        RouteSieve sieve = new RouteSieve(table, many);
        List<Route> routes = new ArrayList<>();
        boolean readable = routes(request, ipv6, sieve, routes);
        return new Excerpt(
                routes.stream().filter(route -> route.table() == table).toList(), readable && !sieve.overflowed());
    }

    /** The routes of one owner (RTPROT_…) in all tables. */
    public List<Route> routesBy(boolean ipv6, int protocol) throws NetlinkException {
        return routes(routeDump(ipv6, protocol), ipv6).stream()
                .filter(route -> route.protocol() == protocol)
                .toList();
    }

    /** The routes of one type (RTN_…) in all tables. The kernel picks them out, so that many of other types cost little (since Linux 4.20). */
    public List<Route> routesOf(boolean ipv6, int type) throws NetlinkException {
        return routes(routeDump(ipv6, RTPROT_UNSPEC, type), ipv6).stream()
                .filter(route -> route.type() == type)
                .toList();
    }

    static MessageWriter routeDump(boolean ipv6, int protocol) {
        return routeDump(ipv6, protocol, RTN_UNSPEC);
    }

    private static MessageWriter routeDump(boolean ipv6, int protocol, int type) {
        return Route.header(RTM_GETROUTE, DUMP, InterfaceAddress.family(ipv6), 0, 0)
                .u8(protocol)
                .u8(0)
                .u8(type)
                .u32(0);
    }

    private List<Route> routes(MessageWriter request, boolean ipv6) throws NetlinkException {
        List<Route> routes = new ArrayList<>();
        routes(request, ipv6, DumpSieve.EVERYTHING, routes);
        return routes;
    }

    /** Returns whether all that is kept could be read. */
    private boolean routes(MessageWriter request, boolean ipv6, DumpSieve sieve, List<Route> into)
            throws NetlinkException {
        List<NetlinkMessage> parts;
        try {
            parts = socket.dump(request, "list routes", sieve);
        } catch (NetlinkException e) {
            // With strict checking the kernel says ENOENT for a table that nobody has filled yet.
            if (e.errno() == Errno.ENOENT) {
                return true;
            }
            throw e;
        }
        return readEach(
                parts,
                part -> Route.read(part)
                        .filter(route -> route.destination().isIpv6() == ipv6 && (route.flags() & RTM_F_CLONED) == 0),
                into);
    }

    /** Takes one message apart. */
    interface Reader<T> {
        /** @throws NetlinkException if it makes no sense */
        Optional<T> read(NetlinkMessage part) throws NetlinkException;
    }

    /** What makes no sense costs itself alone, not the reading. Returns whether all did. */
    static <T> boolean readEach(List<NetlinkMessage> parts, Reader<T> reader, List<T> into) {
        boolean readable = true;
        for (NetlinkMessage part : parts) {
            try {
                reader.read(part).ifPresent(into::add);
            } catch (NetlinkException _) {
                readable = false;
            }
        }
        return readable;
    }

    public void addRoute(Route route) throws NetlinkException {
        socket.change(
                route.write(RTM_NEWROUTE, ADD), "add route " + route.destination() + " to table " + route.table());
    }

    public void replaceRoute(Route route) throws NetlinkException {
        socket.change(
                route.write(RTM_NEWROUTE, PUT), "set route " + route.destination() + " in table " + route.table());
    }

    public void deleteRoute(Route route) throws NetlinkException {
        socket.change(
                route.write(RTM_DELROUTE, CHANGE),
                "delete route " + route.destination() + " of table " + route.table());
    }

    /**
     * Which way a packet with this mark would take now; empty if none.
     *
     * @param mark 0 for an unmarked packet
     */
    public Optional<Route> route(InetAddress destination, int mark) throws NetlinkException {
        try {
            return Route.read(socket.ask(
                    routeRequest(destination, mark), "look up the route to " + destination.getHostAddress()));
        } catch (NetlinkException e) {
            return switch (e.errno()) {
                // unreachable, prohibit and blackhole routes answer with their own errors (fib_props in
                // net/ipv4/fib_semantics.c)
                case Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.EACCES, Errno.EINVAL -> Optional.empty();
                default -> throw e;
            };
        }
    }

    static MessageWriter routeRequest(InetAddress destination, int mark) {
        int bits = destination.getAddress().length * Byte.SIZE;
        MessageWriter request = Route.header(RTM_GETROUTE, NLM_F_REQUEST, InterfaceAddress.family(bits == 128), bits, 0)
                .u8(0)
                .u8(0)
                .u8(0)
                .u32(RTM_F_LOOKUP_TABLE)
                .attribute(RTA_DST, destination);
        return mark == 0 ? request : request.attributeU32(RTA_MARK, mark);
    }

    /** The policy rules of one family, in order of priority. One that makes no sense is among them, as one that may do anything ({@link Rule#unknown}). */
    public List<Rule> rules(boolean ipv6) throws NetlinkException {
        return rules(socket.dump(ruleDump(ipv6), "list rules"), ipv6);
    }

    static List<Rule> rules(List<NetlinkMessage> parts, boolean ipv6) {
        List<Rule> rules = new ArrayList<>();
        for (NetlinkMessage part : parts) {
            Rule rule;
            try {
                rule = Rule.read(part);
            } catch (NetlinkException _) {
                rule = Rule.unknown(ipv6);
            }
            if (rule.ipv6() == ipv6) {
                rules.add(rule);
            }
        }
        return rules;
    }

    static MessageWriter ruleDump(boolean ipv6) {
        return Rule.header(RTM_GETRULE, DUMP, ipv6).u8(0).u16(0).u32(0).u32(0);
    }

    public void addRule(Rule rule) throws NetlinkException {
        socket.change(rule.write(RTM_NEWRULE, ADD), "add rule with priority " + rule.priority());
    }

    public void deleteRule(Rule rule) throws NetlinkException {
        socket.change(rule.write(RTM_DELRULE, CHANGE), "delete rule with priority " + rule.priority());
    }

    @Override
    public void close() {
        socket.close();
    }
}

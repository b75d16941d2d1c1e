package io.sluice.netlink.linux;

import static io.sluice.netlink.linux.NetlinkConstants.AF_INET;
import static io.sluice.netlink.linux.NetlinkConstants.AF_INET6;
import static io.sluice.netlink.linux.NetlinkConstants.RTA_DST;
import static io.sluice.netlink.linux.NetlinkConstants.RTA_GATEWAY;
import static io.sluice.netlink.linux.NetlinkConstants.RTA_MULTIPATH;
import static io.sluice.netlink.linux.NetlinkConstants.RTA_OIF;
import static io.sluice.netlink.linux.NetlinkConstants.RTA_PREFSRC;
import static io.sluice.netlink.linux.NetlinkConstants.RTA_PRIORITY;
import static io.sluice.netlink.linux.NetlinkConstants.RTA_TABLE;
import static io.sluice.netlink.linux.NetlinkConstants.RTM_F_CLONED;
import static io.sluice.netlink.linux.NetlinkMessage.malformed;

import io.sluice.api.net.IpPrefix;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A routing table's entry as RTM_NEWROUTE tells it.
 *
 * @param destination the prefix, host bits zero
 * @param table 1…2³²−1; above 255 it travels in RTA_TABLE
 * @param protocol RTPROT_…: who made it
 * @param scope RT_SCOPE_…
 * @param type RTN_…
 * @param flags RTM_F_…
 * @param interfaceIndex by which interface; 0 for none
 * @param gateway by which router
 * @param metric RTA_PRIORITY; 0 for none
 * @param source preferred source address
 * @param nextHops the ways of a multipath route, else empty
 */
public record Route(
        IpPrefix destination,
        long table,
        int protocol,
        int scope,
        int type,
        int flags,
        int interfaceIndex,
        Optional<InetAddress> gateway,
        int metric,
        Optional<InetAddress> source,
        List<NextHop> nextHops) {

    /** sizeof(struct rtmsg). */
    private static final int FIXED = 12;

    /** sizeof(struct rtnexthop). */
    private static final int NEXT_HOP = 8;

    /** How an address of IPv6 begins that holds one of IPv4. */
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    public Route {
        nextHops = List.copyOf(nextHops);
    }

    /** A route to a prefix: everything else is zero or absent. */
    public static Route to(IpPrefix destination, long table, int protocol, int scope, int type) {
        return new Route(
                destination, table, protocol, scope, type, 0, 0, Optional.empty(), 0, Optional.empty(), List.of());
    }

    public Route by(int index) {
        return new Route(destination, table, protocol, scope, type, flags, index, gateway, metric, source, nextHops);
    }

    public Route via(InetAddress router) {
        return new Route(
                destination,
                table,
                protocol,
                scope,
                type,
                flags,
                interfaceIndex,
                Optional.of(router),
                metric,
                source,
                nextHops);
    }

    public Route metric(int priority) {
        return new Route(
                destination, table, protocol, scope, type, flags, interfaceIndex, gateway, priority, source, nextHops);
    }

    public Route from(InetAddress preferred) {
        return new Route(
                destination,
                table,
                protocol,
                scope,
                type,
                flags,
                interfaceIndex,
                gateway,
                metric,
                Optional.of(preferred),
                nextHops);
    }

    public Route over(List<NextHop> hops) {
        return new Route(
                destination, table, protocol, scope, type, flags, interfaceIndex, gateway, metric, source, hops);
    }

    /** struct rtmsg: family, dst_len, src_len, tos, table, protocol, scope, type, flags. */
    static MessageWriter header(int message, int messageFlags, int family, int length, long table) {
        return new MessageWriter(message, messageFlags)
                .u8(family)
                .u8(length)
                .u8(0)
                .u8(0)
                .u8(table <= 255 ? (int) table : 0);
    }

    MessageWriter write(int message, int messageFlags) {
        boolean ipv6 = destination.isIpv6();
        MessageWriter out = header(message, messageFlags, ipv6 ? AF_INET6 : AF_INET, destination.length(), table)
                .u8(protocol)
                .u8(scope)
                .u8(type)
                .u32(flags);
        if (destination.length() > 0) {
            out.attribute(RTA_DST, destination.address());
        }
        if (table > 255) {
            out.attributeU32(RTA_TABLE, (int) table);
        }
        if (metric != 0) {
            out.attributeU32(RTA_PRIORITY, metric);
        }
        gateway.ifPresent(router -> out.attribute(RTA_GATEWAY, router));
        source.ifPresent(preferred -> out.attribute(RTA_PREFSRC, preferred));
        if (interfaceIndex != 0) {
            out.attributeU32(RTA_OIF, interfaceIndex);
        }
        if (!nextHops.isEmpty()) {
            writeHops(out);
        }
        return out;
    }

    /** struct rtnexthop: len, flags, hops = weight − 1, ifindex, then attributes of its own. */
    private void writeHops(MessageWriter out) {
        int multipath = out.begin(RTA_MULTIPATH);
        for (NextHop hop : nextHops) {
            int start = out.position();
            out.u16(0).u8(0).u8(hop.weight() - 1).u32(hop.interfaceIndex());
            hop.gateway().ifPresent(router -> out.attribute(RTA_GATEWAY, router));
            out.lengthAt(start);
        }
        out.end(multipath);
    }

    /**
     * Whether it is a route of this table, or of another that the header does not tell from it (252, or above 255), and no entry of the route cache. Makes no
     * object; a message that is too short is left for {@link #read}.
     */
    static boolean mayBeOf(NetlinkMessage message, long table) {
        ByteBuffer in = message.body();
        int told = (int) (table <= 255 ? table : NetlinkConstants.RT_TABLE_COMPAT);
        return in.limit() < FIXED || Byte.toUnsignedInt(in.get(4)) == told && (flags(in) & RTM_F_CLONED) == 0;
    }

    /** Whether it leads to everything. Makes no object. */
    static boolean isWide(NetlinkMessage message) {
        return message.body().limit() < FIXED || message.body().get(1) == 0;
    }

    /** Whether it is the kernel's own (an interface's network). Makes no object. */
    static boolean isKernels(NetlinkMessage message) {
        return message.body().limit() >= FIXED && message.body().get(5) == NetlinkConstants.RTPROT_KERNEL;
    }

    /** Whatever the view's order. */
    private static int flags(ByteBuffer in) {
        return in.order() == ByteOrder.nativeOrder() ? in.getInt(8) : Integer.reverseBytes(in.getInt(8));
    }

    /** Reads one; empty for a destination that nobody can ask for ({@link #prefix}). */
    static Optional<Route> read(NetlinkMessage message) throws NetlinkException {
        ByteBuffer in = message.content();
        if (in.remaining() < FIXED) {
            throw malformed("rtmsg of " + in.remaining() + " octets");
        }
        int family = Byte.toUnsignedInt(in.get(0));
        int length = Byte.toUnsignedInt(in.get(1));
        int table = Byte.toUnsignedInt(in.get(4));
        int flags = in.getInt(8);
        Attributes attributes = Attributes.read(in.duplicate().position(FIXED));
        InetAddress destination = attributes.address(RTA_DST).orElse(unspecified(family == AF_INET6));
        Optional<IpPrefix> prefix = prefix(destination, length);
        if (prefix.isEmpty()) {
            return Optional.empty();
        }
        Optional<ByteBuffer> multipath = attributes.data(RTA_MULTIPATH);
        return Optional.of(new Route(
                prefix.get(),
                Integer.toUnsignedLong(attributes.u32(RTA_TABLE, table)),
                Byte.toUnsignedInt(in.get(5)),
                Byte.toUnsignedInt(in.get(6)),
                Byte.toUnsignedInt(in.get(7)),
                flags,
                attributes.u32(RTA_OIF, 0),
                attributes.address(RTA_GATEWAY),
                attributes.u32(RTA_PRIORITY, 0),
                attributes.address(RTA_PREFSRC),
                multipath.isPresent() ? readHops(multipath.get()) : List.of()));
    }

    private static List<NextHop> readHops(ByteBuffer in) throws NetlinkException {
        List<NextHop> hops = new ArrayList<>();
        ByteBuffer rest = in.slice().order(ByteOrder.nativeOrder());
        while (rest.hasRemaining()) {
            int start = rest.position();
            if (rest.remaining() < NEXT_HOP) {
                throw malformed("rtnexthop of " + rest.remaining() + " octets");
            }
            int length = Short.toUnsignedInt(rest.getShort(start));
            if (length < NEXT_HOP || length > rest.remaining()) {
                throw malformed("rtnexthop of " + length + " octets in " + rest.remaining());
            }
            Attributes attributes = Attributes.read(rest.slice(start + NEXT_HOP, length - NEXT_HOP));
            hops.add(new NextHop(
                    rest.getInt(start + 4),
                    attributes.address(RTA_GATEWAY),
                    Byte.toUnsignedInt(rest.get(start + 3)) + 1));
            rest.position(Math.min(rest.limit(), start + ((length + 3) & ~3)));
        }
        return hops;
    }

    /**
     * A prefix of the kernel's; empty for one of IPv4-mapped addresses (::ffff:0:0/96, RFC 4291 §2.5.5.2). Java takes those for IPv4's, whose prefixes are
     * shorter, and so does the kernel when a socket connects there: no packet of ours has one.
     */
    static Optional<IpPrefix> prefix(InetAddress address, int length) throws NetlinkException {
        if (isMapped(address)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new IpPrefix(address, length));
        } catch (IllegalArgumentException e) {
            throw malformed(e.getMessage());
        }
    }

    private static boolean isMapped(InetAddress address) {
        byte[] octets = address.getAddress();
        return octets.length == MAPPED.length + Integer.BYTES
                && Arrays.equals(octets, 0, MAPPED.length, MAPPED, 0, MAPPED.length);
    }

    private static InetAddress unspecified(boolean ipv6) {
        try {
            return ipv6 ? Inet6Address.getByAddress(new byte[16]) : InetAddress.getByAddress(new byte[4]);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}

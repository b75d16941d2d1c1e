package io.sluice.netlink.linux;

import static io.sluice.netlink.linux.NetlinkConstants.AF_INET;
import static io.sluice.netlink.linux.NetlinkConstants.AF_INET6;
import static io.sluice.netlink.linux.NetlinkConstants.IFA_ADDRESS;
import static io.sluice.netlink.linux.NetlinkConstants.IFA_FLAGS;
import static io.sluice.netlink.linux.NetlinkConstants.IFA_LOCAL;
import static io.sluice.netlink.linux.NetlinkMessage.malformed;

import io.sluice.api.net.IpPrefix;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An address of an interface as RTM_NEWADDR tells it.
 *
 * @param index the interface's number
 * @param local our address with its on-link prefix length
 * @param peer the other end of a point-to-point link; equal to the local address where there is none
 * @param flags IFA_F_…
 * @param scope RT_SCOPE_…
 */
public record InterfaceAddress(int index, IpPrefix local, InetAddress peer, int flags, int scope) {

    /** sizeof(struct ifaddrmsg). */
    private static final int FIXED = 8;

    /** An address without a peer, of universal scope. */
    public static InterfaceAddress of(int index, IpPrefix local, int flags) {
        return new InterfaceAddress(index, local, local.address(), flags, NetlinkConstants.RT_SCOPE_UNIVERSE);
    }

    /** struct ifaddrmsg: family, prefix length, flags, scope, index. */
    static MessageWriter header(int type, int messageFlags, int family, int length, int flags, int scope, int index) {
        return new MessageWriter(type, messageFlags)
                .u8(family)
                .u8(length)
                .u8(flags)
                .u8(scope)
                .u32(index);
    }

    MessageWriter write(int type, int messageFlags) {
        // The 8 bits of ifa_flags hold every flag that is set here; IFA_FLAGS is needed only for larger ones.
        MessageWriter out = header(
                        type, messageFlags, family(local.isIpv6()), local.length(), flags & 0xff, scope, index)
                .attribute(IFA_LOCAL, local.address())
                .attribute(IFA_ADDRESS, peer);
        return flags <= 0xff ? out : out.attributeU32(IFA_FLAGS, flags);
    }

    /** Reads one; empty if it is of another family (MCTP, Phonet), names no address, or one that nobody can ask for ({@link Route#prefix}). */
    static Optional<InterfaceAddress> read(NetlinkMessage message) throws NetlinkException {
        ByteBuffer in = message.content();
        if (in.remaining() < FIXED) {
            throw malformed("ifaddrmsg of " + in.remaining() + " octets");
        }
        int family = Byte.toUnsignedInt(in.get(0));
        if (family != AF_INET && family != AF_INET6) {
            return Optional.empty();
        }
        int length = Byte.toUnsignedInt(in.get(1));
        int flags = Byte.toUnsignedInt(in.get(2));
        int scope = Byte.toUnsignedInt(in.get(3));
        int index = in.getInt(4);
        Attributes attributes = Attributes.read(in.position(FIXED));
        // IPv6 sends IFA_ADDRESS alone unless there is a peer (net/ipv6/addrconf.c, inet6_fill_ifaddr), IPv4 none where
        // the peer is 0.0.0.0 (net/ipv4/devinet.c, inet_fill_ifaddr).
        Optional<InetAddress> other = attributes.address(IFA_ADDRESS);
        Optional<InetAddress> local = attributes.address(IFA_LOCAL).or(() -> other);
        if (local.isEmpty()) {
            return Optional.empty();
        }
        InetAddress peer = other.or(() -> local).get();
        int allFlags = attributes.u32(IFA_FLAGS, flags);
        return Route.prefix(local.get(), length)
                .map(prefix -> new InterfaceAddress(index, prefix, peer, allFlags, scope));
    }

    static int family(boolean ipv6) {
        return ipv6 ? AF_INET6 : AF_INET;
    }
}

package io.sluice.netlink.linux;

import static io.sluice.netlink.linux.NetlinkConstants.IFF_LOOPBACK;
import static io.sluice.netlink.linux.NetlinkConstants.IFF_RUNNING;
import static io.sluice.netlink.linux.NetlinkConstants.IFF_UP;
import static io.sluice.netlink.linux.NetlinkConstants.IFLA_IFALIAS;
import static io.sluice.netlink.linux.NetlinkConstants.IFLA_IFNAME;
import static io.sluice.netlink.linux.NetlinkConstants.IFLA_INFO_DATA;
import static io.sluice.netlink.linux.NetlinkConstants.IFLA_INFO_KIND;
import static io.sluice.netlink.linux.NetlinkConstants.IFLA_LINKINFO;
import static io.sluice.netlink.linux.NetlinkConstants.IFLA_MTU;
import static io.sluice.netlink.linux.NetlinkConstants.IFLA_TUN_NUM_QUEUES;
import static io.sluice.netlink.linux.NetlinkConstants.IFLA_TXQLEN;
import static io.sluice.netlink.linux.NetlinkMessage.malformed;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An interface as RTM_NEWLINK tells it.
 *
 * @param index the interface's number
 * @param name the interface's name
 * @param flags IFF_… as in ip link
 * @param mtu octets
 * @param transmitQueueLength packets
 * @param kind {@code tun}, {@code veth}, …; empty for physical ones
 * @param alias free text that an administrator or we put there
 * @param tunQueues queues of a TUN device that programs have open; 0 for others
 */
public record Link(
        int index,
        String name,
        int flags,
        int mtu,
        int transmitQueueLength,
        Optional<String> kind,
        Optional<String> alias,
        int tunQueues) {

    private static final String TUN = "tun";

    /** sizeof(struct ifinfomsg). */
    private static final int FIXED = 16;

    public boolean up() {
        return (flags & IFF_UP) != 0;
    }

    /** Up, and with a carrier. */
    public boolean running() {
        return up() && (flags & IFF_RUNNING) != 0;
    }

    public boolean loopback() {
        return (flags & IFF_LOOPBACK) != 0;
    }

    /** struct ifinfomsg: family, pad, type, index, flags, change. */
    static MessageWriter header(int type, int flags, int index, int linkFlags, int change) {
        return new MessageWriter(type, flags)
                .u8(0)
                .u8(0)
                .u16(0)
                .u32(index)
                .u32(linkFlags)
                .u32(change);
    }

    static Link read(NetlinkMessage message) throws NetlinkException {
        ByteBuffer in = message.content();
        if (in.remaining() < FIXED) {
            throw malformed("ifinfomsg of " + in.remaining() + " octets");
        }
        int index = in.getInt(4);
        int flags = in.getInt(8);
        Attributes attributes = Attributes.read(in.position(FIXED));
        Optional<String> kind = Optional.empty();
        int queues = 0;
        Optional<ByteBuffer> info = attributes.data(IFLA_LINKINFO);
        if (info.isPresent()) {
            Attributes details = Attributes.read(info.get());
            kind = details.string(IFLA_INFO_KIND);
            Optional<ByteBuffer> data = details.data(IFLA_INFO_DATA);
            if (data.isPresent() && kind.equals(Optional.of(TUN))) {
                queues = Attributes.read(data.get()).u32(IFLA_TUN_NUM_QUEUES, 0);
            }
        }
        return new Link(
                index,
                attributes.string(IFLA_IFNAME).orElse(""),
                flags,
                attributes.u32(IFLA_MTU, 0),
                attributes.u32(IFLA_TXQLEN, 0),
                kind,
                attributes.string(IFLA_IFALIAS),
                queues);
    }
}

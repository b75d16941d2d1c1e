package io.sluice.killswitch.linux;

import static io.sluice.netlink.linux.NetlinkConstants.NLM_F_ACK;
import static io.sluice.netlink.linux.NetlinkConstants.NLM_F_MATCH;
import static io.sluice.netlink.linux.NetlinkConstants.NLM_F_REQUEST;
import static io.sluice.netlink.linux.NetlinkConstants.NLM_F_ROOT;

import io.sluice.killswitch.linux.MarkedSockets.LocalPort;
import io.sluice.netlink.linux.Attributes;
import io.sluice.netlink.linux.Errno;
import io.sluice.netlink.linux.MessageWriter;
import io.sluice.netlink.linux.NetlinkConstants;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.NetlinkMessage;
import io.sluice.netlink.linux.NetlinkSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The kernel's memory of connections (linux/netfilter/nfnetlink_conntrack.h). */
final class TrackedConnections {

    private static final int NFNL_SUBSYS_CTNETLINK = 1;
    private static final int IPCTNL_MSG_CT_GET = 1;
    private static final int IPCTNL_MSG_CT_DELETE = 2;

    private static final int CTA_TUPLE_ORIG = 1;
    private static final int CTA_ID = 12;
    private static final int CTA_ZONE = 18;
    private static final int CTA_TUPLE_IP = 1;
    private static final int CTA_TUPLE_PROTO = 2;
    private static final int CTA_IP_V4_SRC = 1;
    private static final int CTA_IP_V4_DST = 2;
    private static final int CTA_IP_V6_SRC = 3;
    private static final int CTA_IP_V6_DST = 4;
    private static final int CTA_PROTO_NUM = 1;
    private static final int CTA_PROTO_SRC_PORT = 2;
    private static final int NLA_F_NESTED = 0x8000;

    /** sizeof(struct nfgenmsg). */
    private static final int FIXED = 4;

    private TrackedConnections() {}

    /** Makes the kernel forget all but those of the loopback and those that began at these ports. Returns how many. */
    static int forgetExcept(Set<LocalPort> kept) throws NetlinkException {
        int forgotten = 0;
        try (NetlinkSocket socket = NetlinkSocket.open(NetlinkConstants.NETLINK_NETFILTER)) {
            List<NetlinkMessage> entries = socket.dump(
                    header(IPCTNL_MSG_CT_GET, NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH, 0), "list connections");
            for (NetlinkMessage entry : entries) {
                if (forgettable(entry, kept) && forget(socket, entry)) {
                    forgotten++;
                }
            }
        }
        return forgotten;
    }

    private static boolean forgettable(NetlinkMessage entry, Set<LocalPort> kept) throws NetlinkException {
        Attributes tuple = Attributes.read(original(entry));
        for (InetAddress end : ends(tuple)) {
            if (end.isLoopbackAddress()) {
                return false;
            }
        }
        Attributes protocol = Attributes.read(tuple.data(CTA_TUPLE_PROTO).orElseGet(() -> ByteBuffer.allocate(0)));
        Optional<Integer> port = protocol.data(CTA_PROTO_SRC_PORT)
                .filter(data -> data.remaining() >= Short.BYTES)
                .map(data ->
                        Short.toUnsignedInt(data.order(ByteOrder.BIG_ENDIAN).getShort()));
        return port.isEmpty() || !kept.contains(new LocalPort(protocol.u8(CTA_PROTO_NUM, 0), port.get()));
    }

    private static List<InetAddress> ends(Attributes tuple) throws NetlinkException {
        Attributes ip = Attributes.read(tuple.data(CTA_TUPLE_IP).orElseGet(() -> ByteBuffer.allocate(0)));
        List<InetAddress> ends = new ArrayList<>();
        for (int end : new int[] {CTA_IP_V4_SRC, CTA_IP_V4_DST, CTA_IP_V6_SRC, CTA_IP_V6_DST}) {
            ip.address(end).ifPresent(ends::add);
        }
        return ends;
    }

    /** Returns whether it was still there. */
    private static boolean forget(NetlinkSocket socket, NetlinkMessage entry) throws NetlinkException {
        MessageWriter request = header(
                IPCTNL_MSG_CT_DELETE, NLM_F_REQUEST | NLM_F_ACK, entry.content().get(0));
        request.attribute(CTA_TUPLE_ORIG | NLA_F_NESTED, octets(original(entry)));
        Attributes all = attributes(entry);
        all.data(CTA_ZONE).ifPresent(zone -> request.attribute(CTA_ZONE, octets(zone)));
        all.data(CTA_ID).ifPresent(id -> request.attribute(CTA_ID, octets(id)));
        try {
            socket.change(request, "forget a connection");
            return true;
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    private static ByteBuffer original(NetlinkMessage entry) throws NetlinkException {
        return attributes(entry)
                .data(CTA_TUPLE_ORIG)
                .orElseThrow(() -> NetlinkMessage.malformed("a connection without its tuple"));
    }

    private static Attributes attributes(NetlinkMessage entry) throws NetlinkException {
        ByteBuffer in = entry.content();
        if (in.remaining() < FIXED) {
            throw NetlinkMessage.malformed("nfgenmsg of " + in.remaining() + " octets");
        }
        return Attributes.read(in.position(FIXED));
    }

    private static byte[] octets(ByteBuffer data) {
        byte[] octets = new byte[data.remaining()];
        data.get(octets);
        return octets;
    }

    private static MessageWriter header(int message, int flags, int family) {
        return new MessageWriter(NFNL_SUBSYS_CTNETLINK << 8 | message, flags)
                .u8(family)
                .u8(0)
                .u8(0)
                .u8(0);
    }
}

package io.sluice.killswitch.linux;

import static io.sluice.netlink.linux.NetlinkConstants.AF_INET;
import static io.sluice.netlink.linux.NetlinkConstants.AF_INET6;
import static io.sluice.netlink.linux.NetlinkConstants.NLM_F_MATCH;
import static io.sluice.netlink.linux.NetlinkConstants.NLM_F_REQUEST;
import static io.sluice.netlink.linux.NetlinkConstants.NLM_F_ROOT;

import io.sluice.killswitch.spi.Match;
import io.sluice.netlink.linux.Attributes;
import io.sluice.netlink.linux.MessageWriter;
import io.sluice.netlink.linux.NetlinkConstants;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.NetlinkMessage;
import io.sluice.netlink.linux.NetlinkSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;

/** The local ports of the host's sockets with a mark, by sock_diag(7) (linux/sock_diag.h, linux/inet_diag.h). */
final class MarkedSockets {

    /** A socket's protocol and port. */
    record LocalPort(int protocol, int port) {}

    private static final int SOCK_DIAG_BY_FAMILY = 20;
    private static final int ALL_STATES = -1;
    private static final int INET_DIAG_MARK = 15;

    /** struct inet_diag_sockid: ports, addresses, interface, cookie. */
    private static final int SOCKET_ID_WORDS = 12;

    /** sizeof(struct inet_diag_msg), and the offset of its source port. */
    private static final int FIXED = 72;

    private static final int SOURCE_PORT = 4;

    private MarkedSockets() {}

    static Set<LocalPort> of(int mark) throws NetlinkException {
        Set<LocalPort> ports = new HashSet<>();
        try (NetlinkSocket socket = NetlinkSocket.open(NetlinkConstants.NETLINK_SOCK_DIAG)) {
            for (int protocol : new int[] {Match.TCP, Match.UDP}) {
                for (int family : new int[] {AF_INET, AF_INET6}) {
                    for (NetlinkMessage part : socket.dump(request(family, protocol), "list sockets")) {
                        read(part, mark, protocol, ports);
                    }
                }
            }
        }
        return ports;
    }

    private static MessageWriter request(int family, int protocol) {
        MessageWriter out = new MessageWriter(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH)
                .u8(family)
                .u8(protocol)
                .u8(0)
                .u8(0)
                .u32(ALL_STATES);
        for (int i = 0; i < SOCKET_ID_WORDS; i++) {
            out.u32(0);
        }
        return out;
    }

    private static void read(NetlinkMessage part, int mark, int protocol, Set<LocalPort> ports)
            throws NetlinkException {
        ByteBuffer in = part.content();
        if (in.remaining() < FIXED) {
            throw NetlinkMessage.malformed("inet_diag_msg of " + in.remaining() + " octets");
        }
        int port =
                Short.toUnsignedInt(in.duplicate().order(ByteOrder.BIG_ENDIAN).getShort(SOURCE_PORT));
        if (Attributes.read(in.position(FIXED)).u32(INET_DIAG_MARK, 0) == mark) {
            ports.add(new LocalPort(protocol, port));
        }
    }
}

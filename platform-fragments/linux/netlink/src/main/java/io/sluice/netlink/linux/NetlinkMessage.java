package io.sluice.netlink.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One message as the kernel sent it.
 *
 * @param type RTM_… or NLMSG_…
 * @param flags NLM_F_…
 * @param sequence of the request that it answers, 0 for a notification
 * @param port the socket whose request caused a notification, 0 for the kernel itself
 * @param body what follows the header, without padding; do not move its position, {@link #content()} gives a fresh view
 */
public record NetlinkMessage(int type, int flags, int sequence, int port, ByteBuffer body) {

    /** sizeof(struct nlmsghdr). */
    static final int HEADER = 16;

    /** sizeof(struct nlattr). */
    static final int ATTRIBUTE_HEADER = 4;

    public ByteBuffer content() {
        return body.duplicate().order(ByteOrder.nativeOrder());
    }

    /**
     * Takes a received datagram apart.
     *
     * @throws NetlinkException if a length points outside of it: it was cut off
     */
    public static List<NetlinkMessage> split(ByteBuffer datagram) throws NetlinkException {
        ByteBuffer in = datagram.duplicate().order(ByteOrder.nativeOrder());
        List<NetlinkMessage> messages = new ArrayList<>();
        while (in.hasRemaining()) {
            int start = in.position();
            if (in.remaining() < HEADER) {
                throw malformed("message header of " + in.remaining() + " octets");
            }
            int length = in.getInt();
            int type = Short.toUnsignedInt(in.getShort());
            int flags = Short.toUnsignedInt(in.getShort());
            int sequence = in.getInt();
            int port = in.getInt();
            if (length < HEADER || length > in.limit() - start) {
                throw malformed(
                        "message of " + Integer.toUnsignedString(length) + " octets in " + (in.limit() - start));
            }
            messages.add(new NetlinkMessage(type, flags, sequence, port, in.slice(start + HEADER, length - HEADER)));
            in.position(Math.min(in.limit(), start + ((length + 3) & ~3)));
        }
        return messages;
    }

    public static NetlinkException malformed(String what) {
        return new NetlinkException(0, "malformed netlink answer: " + what);
    }
}

package io.sluice.netlink.linux;

import static io.sluice.netlink.linux.NetlinkConstants.NLMSGERR_ATTR_MSG;
import static io.sluice.netlink.linux.NetlinkConstants.NLM_F_ACK_TLVS;
import static io.sluice.netlink.linux.NetlinkConstants.NLM_F_CAPPED;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** NLMSG_ERROR: the kernel's consent to a request, or its refusal. */
final class Acknowledgement {

    /** Offset of the original message in its body. */
    private static final int ORIGINAL = Integer.BYTES;

    private Acknowledgement() {}

    /** Throws unless the NLMSG_ERROR is an acknowledgement. */
    static void check(NetlinkMessage answer, String what) throws NetlinkException {
        ByteBuffer in = answer.content();
        if (in.remaining() < ORIGINAL + NetlinkMessage.HEADER) {
            throw NetlinkMessage.malformed("nlmsgerr of " + in.remaining() + " octets");
        }
        int error = in.getInt(0);
        if (error == 0) {
            return;
        }
        String words = words(answer).map(text -> ": \"" + text + "\"").orElse("");
        throw new NetlinkException(-error, what + ": " + Errno.name(-error) + words);
    }

    /** The kernel's own words (NLMSGERR_ATTR_MSG), which stand behind the original message or, when that is capped, its header. */
    private static Optional<String> words(NetlinkMessage answer) throws NetlinkException {
        if ((answer.flags() & NLM_F_ACK_TLVS) == 0) {
            return Optional.empty();
        }
        ByteBuffer in = answer.content();
        int original = (answer.flags() & NLM_F_CAPPED) != 0 ? NetlinkMessage.HEADER : in.getInt(ORIGINAL);
        if (original < NetlinkMessage.HEADER || original > in.remaining() - ORIGINAL) {
            throw NetlinkMessage.malformed(
                    "nlmsgerr about a message of " + Integer.toUnsignedString(original) + " octets");
        }
        int start = Math.min(in.limit(), ORIGINAL + ((original + 3) & ~3));
        return Attributes.read(in.position(start).order(ByteOrder.nativeOrder()))
                .string(NLMSGERR_ATTR_MSG);
    }
}

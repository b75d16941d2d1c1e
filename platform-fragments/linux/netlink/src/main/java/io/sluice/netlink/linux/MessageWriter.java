package io.sluice.netlink.linux;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Builds one netlink request: header, fixed part, attributes, each aligned to 4 octets (netlink(7), NLMSG_ALIGNTO). */
public final class MessageWriter {

    /** Offsets in struct nlmsghdr. */
    private static final int FLAGS = 6;

    static final int SEQUENCE = 8;

    /** Larger than any request here; a rule with every attribute takes about 200 octets. */
    private static final int CAPACITY = 4096;

    private final ByteBuffer buffer = ByteBuffer.allocate(CAPACITY).order(ByteOrder.nativeOrder());

    public MessageWriter(int type, int flags) {
        buffer.putInt(0)
                .putShort((short) type)
                .putShort((short) flags)
                .putInt(0)
                .putInt(0);
    }

    /** Asks the kernel to say when it is done. */
    public MessageWriter acknowledged() {
        buffer.putShort(FLAGS, (short) (buffer.getShort(FLAGS) | NetlinkConstants.NLM_F_ACK));
        return this;
    }

    public MessageWriter u8(int value) {
        buffer.put((byte) value);
        return this;
    }

    public MessageWriter u16(int value) {
        buffer.putShort((short) value);
        return this;
    }

    public MessageWriter u32(int value) {
        buffer.putInt(value);
        return this;
    }

    public MessageWriter attribute(int type, byte[] data) {
        buffer.putShort((short) (NetlinkMessage.ATTRIBUTE_HEADER + data.length))
                .putShort((short) type)
                .put(data);
        pad();
        return this;
    }

    public MessageWriter attribute(int type, InetAddress address) {
        return attribute(type, address.getAddress());
    }

    public MessageWriter attributeU8(int type, int value) {
        return attribute(type, new byte[] {(byte) value});
    }

    public MessageWriter attributeU32(int type, int value) {
        buffer.putShort((short) (NetlinkMessage.ATTRIBUTE_HEADER + Integer.BYTES))
                .putShort((short) type)
                .putInt(value);
        return this;
    }

    /** A number in network byte order, as netfilter's attributes are. */
    public MessageWriter attributeBe32(int type, int value) {
        return attribute(type, ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    }

    /** A string with its terminating zero, as the kernel's NLA_NUL_STRING policy wants it. */
    public MessageWriter attribute(int type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return attribute(type, Arrays.copyOf(bytes, bytes.length + 1));
    }

    /** Opens an attribute whose content follows; give the result to {@link #end}. */
    public int begin(int type) {
        int start = buffer.position();
        buffer.putShort((short) 0).putShort((short) type);
        return start;
    }

    public void end(int start) {
        buffer.putShort(start, (short) (buffer.position() - start));
        pad();
    }

    int position() {
        return buffer.position();
    }

    /** Writes the length of a struct rtnexthop that began there. */
    void lengthAt(int start) {
        buffer.putShort(start, (short) (buffer.position() - start));
    }

    /** The finished message, its position 0 and limit its end. The writer may be finished again with another number. */
    public ByteBuffer finish(int sequence) {
        buffer.putInt(0, buffer.position()).putInt(SEQUENCE, sequence);
        return buffer.duplicate().flip().order(ByteOrder.nativeOrder());
    }

    private void pad() {
        while ((buffer.position() & 3) != 0) {
            buffer.put((byte) 0);
        }
    }
}

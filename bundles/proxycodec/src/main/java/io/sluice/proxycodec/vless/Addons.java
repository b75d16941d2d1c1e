package io.sluice.proxycodec.vless;

import io.netty.buffer.ByteBuf;
import io.sluice.proxycodec.MalformedMessageException;
import java.nio.charset.StandardCharsets;

/**
 * What may be added to a request or response: a length octet, then a Protocol Buffers message {@code { string Flow = 1; bytes Seed = 2; }}
 * (protobuf.dev, "Encoding"). Only the flow matters to anybody; other fields are skipped, as Protocol Buffers want it.
 *
 * @param flow how the payload is treated, {@code xtls-rprx-vision}; empty for plain
 */
public record Addons(String flow) {

    public static final Addons NONE = new Addons("");

    private static final int FLOW_FIELD = 1;

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;

    /** Octets that {@link #write} will add. */
    int length() {
        return flow.isEmpty() ? 1 : 1 + 2 + flow.length();
    }

    /** @throws IllegalArgumentException if the flow is longer than a length octet can say */
    void write(ByteBuf out) {
        if (flow.isEmpty()) {
            out.writeByte(0);
            return;
        }
        if (flow.length() > 125) {
            throw new IllegalArgumentException("the name of a flow has at most 125 characters");
        }
        out.writeByte(2 + flow.length());
        out.writeByte(FLOW_FIELD << 3 | LENGTH_DELIMITED).writeByte(flow.length());
        out.writeCharSequence(flow, StandardCharsets.US_ASCII);
    }

    /** Reads length and message; null if they are not complete yet. */
    static Addons read(ByteBuf in) throws MalformedMessageException {
        if (!in.isReadable()) {
            return null;
        }
        int length = in.getUnsignedByte(in.readerIndex());
        if (in.readableBytes() < 1 + length) {
            return null;
        }
        in.skipBytes(1);
        if (length == 0) {
            return NONE;
        }
        return parse(in.readSlice(length));
    }

    private static Addons parse(ByteBuf message) throws MalformedMessageException {
        String flow = "";
        while (message.isReadable()) {
            long key = varint(message);
            int type = (int) (key & 7);
            switch (type) {
                case VARINT -> varint(message);
                case FIXED_64 -> skip(message, 8);
                case FIXED_32 -> skip(message, 4);
                case LENGTH_DELIMITED -> {
                    long length = varint(message);
                    if (length < 0 || length > message.readableBytes()) {
                        throw new MalformedMessageException("a field of the addons is longer than they are");
                    }
                    if (key >>> 3 == FLOW_FIELD) {
                        flow = message.readCharSequence((int) length, StandardCharsets.UTF_8)
                                .toString();
                    } else {
                        message.skipBytes((int) length);
                    }
                }
                default -> throw new MalformedMessageException("wire type " + type + " in the addons");
            }
        }
        return flow.isEmpty() ? NONE : new Addons(flow);
    }

    private static void skip(ByteBuf message, int octets) throws MalformedMessageException {
        if (message.readableBytes() < octets) {
            throw new MalformedMessageException("the addons end within a field");
        }
        message.skipBytes(octets);
    }

    /** Seven bits an octet, the low ones first, at most ten octets. */
    private static long varint(ByteBuf message) throws MalformedMessageException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (!message.isReadable()) {
                throw new MalformedMessageException("the addons end within a number");
            }
            int octet = message.readUnsignedByte();
            value |= (octet & 0x7FL) << shift;
            if (octet < 0x80) {
                return value;
            }
        }
        throw new MalformedMessageException("a number in the addons has more than ten octets");
    }
}

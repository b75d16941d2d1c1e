package io.sluice.proxycodec.vless;

import io.netty.buffer.ByteBuf;
import io.sluice.proxycodec.MalformedMessageException;

/**
 * What comes ahead of the payload that comes back.
 *
 * <pre>
 * +---------+-----+----------+
 * | VERSION | LEN | ADDONS   |
 * +---------+-----+----------+
 * |  X'00'  |  1  | Variable |
 * +---------+-----+----------+
 * </pre>
 */
public final class VlessResponse {

    /** Without addons. */
    public static final int LENGTH = 2;

    private VlessResponse() {}

    /** One without addons. */
    public static void write(ByteBuf out) {
        out.writeByte(VlessRequest.VERSION);
        Addons.NONE.write(out);
    }

    /** Takes a response off the front; null if it is not complete yet. */
    public static Addons read(ByteBuf in) throws MalformedMessageException {
        if (!in.isReadable()) {
            return null;
        }
        int start = in.readerIndex();
        int version = in.readUnsignedByte();
        if (version != VlessRequest.VERSION) {
            throw new MalformedMessageException("its response has version " + version + ", not 0");
        }
        Addons addons = Addons.read(in);
        if (addons == null) {
            in.readerIndex(start);
        }
        return addons;
    }
}

package io.sluice.wire;

import java.nio.ByteBuffer;

/** The first nibble of a packet, which is all that a TUN device without packet information tells about its kind. */
public final class IpVersion {

    public static final int V4 = 4;
    public static final int V6 = 6;

    private IpVersion() {}

    /** The version nibble, 0..15; 0 when there is no octet at {@code at}. */
    public static int of(ByteBuffer buf, int at) {
        return Octets.hold(buf, at, 1) ? Octets.u8(buf, at) >>> 4 : 0;
    }
}

package io.sluice.shadowsocks.stream;

import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;

/** SIP022 §3.1.3: padding of a request header, so that its length says little. */
final class Padding {

    static final int MAX = 900;

    private Padding() {}

    /**
     * Fills up to a random length: a request without payload has at least one octet, one with more than {@link #MAX} of it none.
     *
     * @param payload octets of payload beside it
     */
    static int length(SecureRandom random, int payload) {
        return payload >= MAX ? 0 : 1 + random.nextInt(MAX - payload);
    }

    static void write(SecureRandom random, int length, ByteBuf out) {
        byte[] padding = new byte[length];
        random.nextBytes(padding);
        out.writeBytes(padding);
    }
}

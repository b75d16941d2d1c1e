package io.sluice.proxycodec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** Octets as a reader of the RFC writes them: hexadecimal with spaces, names in quotes. */
public final class Octets {

    private Octets() {}

    public static ByteBuf of(String text) {
        ByteBuf out = Unpooled.buffer();
        for (String word : text.trim().split(" +")) {
            if (word.startsWith("'")) {
                out.writeCharSequence(word.substring(1, word.length() - 1), java.nio.charset.StandardCharsets.US_ASCII);
            } else if (!word.isEmpty()) {
                out.writeBytes(ByteBufUtil.decodeHexDump(word));
            }
        }
        return out;
    }
}

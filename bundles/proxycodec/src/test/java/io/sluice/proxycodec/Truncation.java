package io.sluice.proxycodec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Feeds a message octet by octet: nothing may be taken of a part, and the whole must be taken exactly. */
public final class Truncation {

    /** What is tried. */
    @FunctionalInterface
    public interface Reader {
        Object read(ByteBuf in) throws Exception;
    }

    private Truncation() {}

    /** @return what the whole message was read as */
    public static Object everywhere(byte[] message, Reader reader) throws Exception {
        for (int length = 0; length < message.length; length++) {
            ByteBuf part = Unpooled.copiedBuffer(message, 0, length);
            assertThat(reader.read(part)).as("of the first %d octets", length).isNull();
            assertThat(part.readerIndex()).as("taken of %d octets", length).isZero();
            part.release();
        }
        ByteBuf whole = Unpooled.buffer().writeBytes(message).writeByte(0x7F);
        Object read = reader.read(whole);
        assertThat(read).as("the whole").isNotNull();
        assertThat(whole.readableBytes()).as("left behind it").isEqualTo(1);
        whole.release();
        return read;
    }
}

package io.sluice.proxycodec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/** Plays one input to a reader, at once and octet by octet: what it finds must be the same. */
public final class Pieces {

    /** Reads one message; null if it is not complete, having taken nothing. */
    @FunctionalInterface
    public interface Reader {
        Object read(ByteBuf in) throws MalformedMessageException;
    }

    private Pieces() {}

    /** One message. */
    public static void message(byte[] octets, Reader reader) {
        Object whole = outcome(Unpooled.wrappedBuffer(octets), reader);
        ByteBuf growing = Unpooled.buffer();
        Object pieces = null;
        for (int i = 0; i < octets.length && pieces == null; i++) {
            growing.writeByte(octets[i]);
            int before = growing.readerIndex();
            pieces = outcome(growing, reader);
            if (pieces == null) {
                assertThat(growing.readerIndex())
                        .as("nothing is taken of a part")
                        .isEqualTo(before);
            }
        }
        assertThat(String.valueOf(pieces)).isEqualTo(String.valueOf(whole));
        growing.release();
    }

    private static Object outcome(ByteBuf in, Reader reader) {
        try {
            return reader.read(in);
        } catch (MalformedMessageException e) {
            return "malformed";
        }
    }

    /** Datagrams to the end of the stream. Both framings are fresh. */
    public static void datagrams(byte[] octets, DatagramFraming atOnce, DatagramFraming inPieces) {
        List<String> whole = new ArrayList<>();
        drain(Unpooled.wrappedBuffer(octets), atOnce, whole);
        List<String> pieces = new ArrayList<>();
        ByteBuf held = null;
        boolean going = true;
        for (int i = 0; i < octets.length && going; i++) {
            held = ReceivedBytes.join(
                    held == null ? io.netty.buffer.UnpooledByteBufAllocator.DEFAULT : held.alloc(),
                    held,
                    Unpooled.wrappedBuffer(octets, i, 1));
            going = drain(held, inPieces, pieces);
            assertThat(held.readableBytes()).as("held back").isLessThanOrEqualTo(2 * 65_536);
        }
        assertThat(pieces).isEqualTo(whole);
        if (held != null) {
            held.release();
        }
    }

    private static boolean drain(ByteBuf in, DatagramFraming framing, List<String> found) {
        try {
            for (FramedDatagram next = framing.read(in); next != null; next = framing.read(in)) {
                found.add(next.peer() + " " + ByteBufUtil.hexDump(next.payload()));
                next.payload().release();
            }
            return true;
        } catch (MalformedMessageException e) {
            found.add("malformed");
            return false;
        }
    }
}

package io.sluice.proxycodec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/** Plays one input to a reader, at once and octet by octet (a long one in some hundred pieces): what it finds must be the same. */
public final class Pieces {

    /** Reads one message; null if it is not complete, having taken nothing. */
    @FunctionalInterface
    public interface Reader {
        Object read(ByteBuf in) throws MalformedMessageException;
    }

    /** Octets of the longest frame with a datagram: Mux.cool's, whose head has 512 at most and whose payload's length two octets. Trojan's has 65,798, VLESS' 65,537. */
    private static final int LONGEST_FRAME = 2 + 512 + 2 + 65_535;

    private Pieces() {}

    /** One message. */
    public static void message(byte[] octets, Reader reader) {
        Object whole = outcome(Unpooled.wrappedBuffer(octets), reader);
        ByteBuf growing = Unpooled.buffer();
        Object pieces = null;
        int step = step(octets);
        for (int i = 0; i < octets.length && pieces == null; i += step) {
            growing.writeBytes(octets, i, Math.min(step, octets.length - i));
            int before = growing.readerIndex();
            pieces = outcome(growing, reader);
            if (pieces == null && growing.readerIndex() != before) {
                throw new AssertionError("of a part " + (growing.readerIndex() - before) + " octets were taken");
            }
        }
        assertThat(String.valueOf(pieces)).isEqualTo(String.valueOf(whole));
        growing.release();
    }

    private static int step(byte[] octets) {
        return 1 + octets.length / 512;
    }

    private static Object outcome(ByteBuf in, Reader reader) {
        try {
            return reader.read(in);
        } catch (MalformedMessageException e) {
            return "malformed";
        }
    }

    /** Datagrams to the end of the stream; never is more held back than an incomplete frame. Both framings are fresh. */
    public static void datagrams(byte[] octets, DatagramFraming atOnce, DatagramFraming inPieces) {
        List<String> whole = new ArrayList<>();
        drain(Unpooled.wrappedBuffer(octets), atOnce, whole);
        List<String> pieces = new ArrayList<>();
        ByteBuf held = null;
        boolean going = true;
        int step = step(octets);
        for (int i = 0; i < octets.length && going; i += step) {
            held = ReceivedBytes.join(
                    held == null ? io.netty.buffer.UnpooledByteBufAllocator.DEFAULT : held.alloc(),
                    held,
                    Unpooled.wrappedBuffer(octets, i, Math.min(step, octets.length - i)));
            going = drain(held, inPieces, pieces);
            if (going && held.readableBytes() >= LONGEST_FRAME) {
                throw new AssertionError(held.readableBytes() + " octets are held back");
            }
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
            return !framing.isEnded(); // what follows is thrown away with the stream
        } catch (MalformedMessageException e) {
            found.add("malformed");
            return false;
        }
    }
}

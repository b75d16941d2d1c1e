package io.sluice.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;

/**
 * Frames as they come (RFC 6455 §5.2). The payload of data frames is handed on in whatever pieces it arrives, so that neither the length of a frame nor that of a message
 * is bounded and nothing is copied; a header and a control frame are put together here.
 */
final class FrameReader {

    /** Takes what was in the frames; buffers are its own. */
    interface Sink {

        /** Some octets of a data frame, text or binary. */
        void data(ByteBuf octets);

        /** A ping, with what the pong has to bring back. */
        void ping(ByteBuf payload);

        /** A Close frame: the last of all (§5.5.1). */
        void end();
    }

    static final int CONTINUATION = 0x0;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;
    static final int FIN = 0x80;
    static final int MASKED = 0x80;
    static final int LENGTH_16 = 126;
    static final int LENGTH_64 = 127;

    /** §5.5. */
    static final int LONGEST_CONTROL = 125;

    private static final int LONGEST_HEAD = 14;

    private final boolean masked;
    private final byte[] head = new byte[LONGEST_HEAD];
    private final byte[] control = new byte[LONGEST_CONTROL];
    private int headHas;
    private int headNeeds = 2;
    private boolean inPayload;
    private int opcode;
    private int key;
    private long left;
    private int controlHas;
    private boolean inMessage;
    private boolean closed;

    /** @param masked whether the far side is a client: its frames have to be masked, a server's must not be (§5.1) */
    FrameReader(boolean masked) {
        this.masked = masked;
    }

    /**
     * Reads all of it, up to a Close frame; masks are taken off in its place. The buffer stays the caller's.
     *
     * @throws IOException at what is no frame; nothing may be read behind it
     */
    void read(ByteBuf in, Sink sink) throws IOException {
        while (!closed && (inPayload || head(in))) {
            inPayload = true;
            if (!(opcode < CLOSE ? data(in, sink) : control(in, sink))) {
                return;
            }
            inPayload = false;
        }
    }

    private boolean head(ByteBuf in) throws IOException {
        while (headHas < headNeeds) {
            if (!in.isReadable()) {
                return false;
            }
            head[headHas++] = in.readByte();
            if (headHas == 2) {
                headNeeds = 2 + lengthOctets(begin()) + (masked ? Integer.BYTES : 0);
            }
        }
        left = length();
        key = masked ? (int) number(headNeeds - Integer.BYTES, Integer.BYTES) : 0;
        headHas = 0;
        headNeeds = 2;
        controlHas = 0;
        return true;
    }

    /** The first two octets: gives the length that stands in them. */
    private int begin() throws IOException {
        int first = head[0] & 0xFF;
        int length = head[1] & 0x7F;
        boolean fin = (first & FIN) != 0;
        opcode = first & 0xF;
        if ((first & 0x70) != 0) {
            throw malformed("reserved bits are set, and no extension was agreed on");
        }
        if ((head[1] & MASKED) != 0 != masked) {
            throw malformed(masked ? "a client's frame is not masked" : "a server's frame is masked");
        }
        if (opcode >= CLOSE) {
            if (opcode > PONG) {
                throw malformed("unknown opcode " + opcode);
            }
            if (!fin || length > LONGEST_CONTROL) {
                throw malformed("a control frame is fragmented or longer than " + LONGEST_CONTROL + " octets");
            }
        } else if (opcode > BINARY) {
            throw malformed("unknown opcode " + opcode);
        } else {
            if (opcode == CONTINUATION != inMessage) {
                throw malformed(inMessage ? "a message begins within another" : "a continuation of nothing");
            }
            inMessage = !fin;
        }
        return length;
    }

    private static int lengthOctets(int length) {
        return switch (length) {
            case LENGTH_16 -> Short.BYTES;
            case LENGTH_64 -> Long.BYTES;
            default -> 0;
        };
    }

    private long length() throws IOException {
        int written = head[1] & 0x7F;
        if (written < LENGTH_16) {
            return written;
        }
        long length = number(2, lengthOctets(written));
        if (length < 0 || length < (written == LENGTH_16 ? LENGTH_16 : 0x1_0000)) {
            throw malformed("a length is not in its shortest form");
        }
        return length;
    }

    private long number(int at, int octets) {
        long number = 0;
        for (int i = at; i < at + octets; i++) {
            number = number << 8 | head[i] & 0xFF;
        }
        return number;
    }

    /** Whether the frame is over. */
    private boolean data(ByteBuf in, Sink sink) {
        int some = (int) Math.min(left, in.readableBytes());
        if (some > 0) {
            ByteBuf octets = in.readRetainedSlice(some);
            if (masked) {
                Mask.apply(octets, octets.readerIndex(), some, key);
                key = Mask.behind(key, some);
            }
            left -= some;
            sink.data(octets);
        }
        return left == 0;
    }

    private boolean control(ByteBuf in, Sink sink) throws IOException {
        int some = (int) Math.min(left, in.readableBytes());
        in.readBytes(control, controlHas, some);
        controlHas += some;
        left -= some;
        if (left > 0) {
            return false;
        }
        switch (opcode) {
            case PING -> {
                ByteBuf payload = Unpooled.copiedBuffer(control, 0, controlHas);
                Mask.apply(payload, 0, controlHas, key);
                sink.ping(payload);
            }
            case CLOSE -> {
                if (controlHas == 1) {
                    throw malformed("a Close frame has half a status"); // §5.5.1
                }
                closed = true;
                sink.end();
            }
            default -> {} // a pong says nothing
        }
        return true;
    }

    private static IOException malformed(String what) {
        return new IOException("a frame of WebSocket is malformed: " + what);
    }
}

package io.sluice.transport.websocket;

import static io.sluice.transport.websocket.FrameReader.FIN;
import static io.sluice.transport.websocket.FrameReader.LENGTH_16;
import static io.sluice.transport.websocket.FrameReader.MASKED;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.security.SecureRandom;

/**
 * Frames of at most 65,535 octets, a client's masked with a key of its own each (RFC 6455 §5.2, §5.3). A client's are copied to be masked: in pieces of a record of TLS, for which the pool of the thread
 * has buffers; but in long frames, for a far side has more to do for each.
 */
final class FrameWriter {

    private static final int HEAD = 4;

    /** A record of TLS (RFC 8446 §5.1). */
    private static final int RECORD = 16_384;

    /** Drawn at once: a draw locks, and takes a microsecond. */
    private static final int KEYS = 64;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final boolean client;
    private final byte[] random;
    private int drawn;
    private int key;

    FrameWriter(boolean client) {
        this.client = client;
        this.random = client ? new byte[KEYS * Integer.BYTES] : new byte[0];
        this.drawn = random.length;
    }

    /** Octets that a frame should have at most: with its header four records of TLS. */
    int longest() {
        return 4 * RECORD - headLength(RECORD);
    }

    /** Octets of a frame's header. */
    private int headLength(int length) {
        return (length < LENGTH_16 ? 2 : HEAD) + (client ? Integer.BYTES : 0);
    }

    /** Octets of a frame's payload that come with its header in one buffer, where they are copied: with it one record. */
    int beside(int length) {
        return Math.min(length, RECORD - headLength(length));
    }

    /**
     * A frame's header with the first octets of its payload behind it in one buffer, which is the caller's. The payload stays its own.
     *
     * @param length of the frame
     * @param some of them that are taken now; the others go by {@link #rest}
     */
    ByteBuf frame(ByteBufAllocator allocator, int opcode, ByteBuf payload, int length, int some) {
        ByteBuf frame = allocator.buffer(headLength(length) + some);
        head(frame, opcode, length);
        if (client) {
            key = key();
            frame.writeInt(key);
        }
        copy(payload, frame, some);
        return frame;
    }

    /** More of the payload of the frame that was begun last, a record at most. As {@link #frame}. */
    ByteBuf rest(ByteBufAllocator allocator, ByteBuf payload, int left) {
        int some = Math.min(left, RECORD);
        ByteBuf octets = allocator.buffer(some);
        copy(payload, octets, some);
        return octets;
    }

    private void copy(ByteBuf payload, ByteBuf out, int some) {
        int begin = out.writerIndex();
        out.writeBytes(payload, some);
        if (client) {
            Mask.apply(out, begin, some, key);
            key = Mask.behind(key, some);
        }
    }

    /** A server's header, behind which the payload follows. */
    ByteBuf head(ByteBufAllocator allocator, int opcode, int length) {
        ByteBuf head = allocator.buffer(HEAD);
        head(head, opcode, length);
        return head;
    }

    private void head(ByteBuf out, int opcode, int length) {
        int mask = client ? MASKED : 0;
        out.writeByte(FIN | opcode);
        if (length < LENGTH_16) {
            out.writeByte(mask | length);
        } else {
            out.writeByte(mask | LENGTH_16).writeShort(length);
        }
    }

    private int key() {
        if (drawn == random.length) {
            RANDOM.nextBytes(random);
            drawn = 0;
        }
        int key = 0;
        for (int end = drawn + Integer.BYTES; drawn < end; drawn++) {
            key = key << 8 | random[drawn] & 0xFF;
        }
        return key;
    }
}

package io.sluice.transport.websocket;

import static io.sluice.transport.websocket.FrameReader.FIN;
import static io.sluice.transport.websocket.FrameReader.LENGTH_16;
import static io.sluice.transport.websocket.FrameReader.MASKED;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.security.SecureRandom;

/** Whole frames of at most 65,535 octets, a client's masked with a key of its own each (RFC 6455 §5.2, §5.3). */
final class FrameWriter {

    private static final int HEAD = 4;

    /** A record of TLS (RFC 8446 §5.1), for which a frame is written whole. */
    private static final int RECORD = 16_384;

    /** Drawn at once: a draw locks, and takes a microsecond. */
    private static final int KEYS = 64;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final boolean client;
    private final byte[] random;
    private int drawn;

    FrameWriter(boolean client) {
        this.client = client;
        this.random = client ? new byte[KEYS * Integer.BYTES] : new byte[0];
        this.drawn = random.length;
    }

    /**
     * Octets that a frame should have at most: with its header one record of TLS, since a client's are copied to be masked; a server's payload is sent as it is, four records.
     */
    int longest() {
        return client ? RECORD - HEAD - Integer.BYTES : 4 * RECORD - HEAD;
    }

    /** Octets of a frame's header. */
    int headLength(int length) {
        return (length < LENGTH_16 ? 2 : HEAD) + (client ? Integer.BYTES : 0);
    }

    /** A frame with the payload's next octets, in one buffer, which is the caller's. The payload stays its own. */
    ByteBuf frame(ByteBufAllocator allocator, int opcode, ByteBuf payload, int length) {
        ByteBuf frame = allocator.buffer(headLength(length) + length);
        head(frame, opcode, length);
        int begin = frame.writerIndex();
        if (client) {
            int key = key();
            frame.writeInt(key);
            frame.writeBytes(payload, length);
            Mask.apply(frame, begin + Integer.BYTES, length, key);
        } else {
            frame.writeBytes(payload, length);
        }
        return frame;
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

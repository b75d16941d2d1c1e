package io.sluice.transport.websocket;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a client lays over the octets of its frames (RFC 6455 §5.3): octet i with octet i modulo 4 of a key. Eight at a time, past the checks that a buffer makes for
 * each access: those took a third of an upload's processor time.
 */
final class Mask {

    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Mask() {}

    /**
     * Lays it over octets in their place, or takes it off.
     *
     * @param key its first octet is the highest
     */
    static void apply(ByteBuf octets, int index, int length, int key) {
        long pattern = (Integer.reverseBytes(key) & 0xFFFF_FFFFL) * 0x1_0000_0001L;
        if (octets.nioBufferCount() != 1) {
            for (int i = 0; i < length; i++) {
                octets.setByte(index + i, octets.getByte(index + i) ^ (int) (pattern >>> 8 * (i & 3)));
            }
            return;
        }
        ByteBuffer memory = octets.internalNioBuffer(index, length);
        int at = memory.position();
        int end = at + length;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            LONGS.set(memory, at, (long) LONGS.get(memory, at) ^ pattern);
        }
        for (int shift = 0; at < end; at++, shift += 8) {
            memory.put(at, (byte) (memory.get(at) ^ pattern >>> shift));
        }
    }

    /** The key for what comes behind that many octets. */
    static int behind(int key, int octets) {
        return Integer.rotateLeft(key, 8 * (octets & 3));
    }
}

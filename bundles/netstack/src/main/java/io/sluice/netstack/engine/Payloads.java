package io.sluice.netstack.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Keeps payload beyond the call that brought it. A retained slice holds the device's whole read buffer (64 KiB where there are
 * super-packets), so a small payload is copied: the copy costs less than taking that buffer out of the device's hands, and what a queue
 * holds is near to what it counts.
 */
public final class Payloads {

    /** One sixteenth of a 64 KiB read buffer: above it slices waste at most 16 times what they hold and copies begin to cost. */
    public static final int COPY_BELOW = 4_096;

    private Payloads() {}

    /** A buffer of {@code octets} octets from index {@code at} of the packet's view; the caller owns it. */
    public static ByteBuf keep(IncomingPacket packet, int at, int octets, ByteBufAllocator allocator) {
        if (octets >= COPY_BELOW) {
            return packet.retain(at, octets);
        }
        ByteBuf copy = allocator.directBuffer(octets, octets);
        copy.writeBytes(packet.buffer, at + packet.bufferShift, octets);
        return copy;
    }
}

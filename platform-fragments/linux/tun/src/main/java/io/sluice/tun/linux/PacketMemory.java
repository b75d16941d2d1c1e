package io.sluice.tun.linux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The memory that packets are read into. Theory of operation: a packet is read into a chunk and lent out as the chunk itself, between its
 * indices. If nobody retained anything when the handler returns, the same place is used again; else the next packet goes behind it, and
 * when no room for the largest packet is left, our share of the chunk is given up and a fresh chunk taken. What was given back meanwhile is
 * noticed when the next batch begins. So a stream of small packets
 * that are handled at once costs no allocation, and a super-packet that is kept is never copied.
 *
 * <p>Loop thread only.
 */
final class PacketMemory {

    /** The largest IP packet (RFC 791 §3.1). */
    private static final int MAX_PACKET = 65_535;

    /** Keeps the IP header, behind a vnet header of 10 octets, on a 16-octet boundary. */
    private static final int ALIGN = 16;

    /** Four super-packets that are kept fit; small enough for the allocator's pooled sizes. */
    private static final int CHUNK = 256 * 1024;

    private final int header;
    private final int pad;
    private final int room;
    private ByteBuf chunk;
    private long address;
    private int next;

    /** @param header octets of the vnet header, 0 without one */
    PacketMemory(int header) {
        this.header = header;
        this.pad = (ALIGN - header % ALIGN) % ALIGN;
        this.room = pad + header + MAX_PACKET;
    }

    /**
     * Reads one packet.
     *
     * @return octets read with the vnet header, 0 if none waits, −1 at the end of the stream
     */
    int read(FileDescriptor fd) throws IOException {
        if (chunk == null) {
            take();
        }
        int start = next + pad;
        int length = fd.readAddress(address, start, start + header + MAX_PACKET);
        if (length > header) {
            chunk.setIndex(start + header, start + length);
        }
        return length;
    }

    /** A batch begins: what the last one lent out and got back is free again. */
    void rewind() {
        if (chunk != null && chunk.refCnt() == 1) {
            next = 0;
        }
    }

    /** The packet that was read last, between its indices. */
    ByteBuf packet() {
        return chunk;
    }

    /** Where its vnet header begins. */
    int headerIndex() {
        return next + pad;
    }

    /** The handler is through with the packet of that length: finds the place for the next. */
    void handled(int length) {
        if (chunk.refCnt() == 1) {
            next = 0;
            return;
        }
        // Whether this packet or an earlier one is kept cannot be told apart, so its octets stay untouched.
        next = (next + pad + length + ALIGN - 1) & -ALIGN;
        if (chunk.capacity() - next < room) {
            release();
        }
    }

    void release() {
        if (chunk != null) {
            chunk.release();
            chunk = null;
            next = 0;
        }
    }

    private void take() {
        chunk = ByteBufAllocator.DEFAULT.directBuffer(CHUNK, CHUNK);
        address = chunk.hasMemoryAddress() ? chunk.memoryAddress() : address(chunk.internalNioBuffer(0, CHUNK));
        next = 0;
    }

    private static long address(ByteBuffer memory) {
        return Buffer.memoryAddress(memory) + memory.position();
    }
}

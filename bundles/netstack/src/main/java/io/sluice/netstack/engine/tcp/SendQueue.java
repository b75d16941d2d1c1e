package io.sluice.netstack.engine.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Octets between SND.UNA and the end of what the user has written: the retransmission queue. A ring of the user's own buffers, never copied,
 * but that tiny ones are put together: each part of a packet costs the device an I/O vector.
 *
 * <p>Ownership: the queue owns its buffers and releases each when its last octet is acknowledged. Their indices are moved only while a
 * packet is gathered and put back by {@link #restore}.
 */
final class SendQueue {

    /** Writes below it are put together; copying so little costs less than a vector. */
    private static final int TINY = 512;

    private static final int CHUNK = 4_096;
    private static final int MIN_RING = 4;

    private final ByteBufAllocator allocator;
    private ByteBuf[] ring;
    /** Sequence number of each buffer's first octet. */
    private int[] starts;

    private int head;
    private int count;
    /** Sequence number of the first octet kept: SND.UNA while there are data. */
    private int base;

    private int end;
    /** The last buffer is a chunk of ours with room for tiny writes. */
    private boolean openChunk;

    SendQueue(ByteBufAllocator allocator, int firstSequence) {
        this.allocator = allocator;
        base = firstSequence;
        end = firstSequence;
    }

    /** Sequence number behind the last octet. */
    int end() {
        return end;
    }

    int sizeBytes() {
        return end - base;
    }

    /** Appends; ownership passes. Empty buffers are released. */
    void append(ByteBuf buffer) {
        int length = buffer.readableBytes();
        if (length == 0) {
            buffer.release();
            return;
        }
        if (length < TINY && count > 0 && appendTiny(buffer, length)) {
            return;
        }
        openChunk = false;
        link(buffer);
        end += length;
    }

    private boolean appendTiny(ByteBuf buffer, int length) {
        if (!openChunk || last().writableBytes() < length) {
            ByteBuf chunk = allocator.directBuffer(CHUNK, CHUNK);
            link(chunk);
            openChunk = true;
        }
        last().writeBytes(buffer);
        buffer.release();
        end += length;
        return true;
    }

    private ByteBuf last() {
        return ring[head + count - 1 & ring.length - 1];
    }

    private void link(ByteBuf buffer) {
        if (ring == null) {
            ring = new ByteBuf[MIN_RING];
            starts = new int[MIN_RING];
        } else if (count == ring.length) {
            grow();
        }
        int slot = head + count & ring.length - 1;
        ring[slot] = buffer;
        starts[slot] = end;
        count++;
    }

    private void grow() {
        ByteBuf[] buffers = new ByteBuf[ring.length * 2];
        int[] sequences = new int[ring.length * 2];
        for (int i = 0; i < count; i++) {
            buffers[i] = ring[head + i & ring.length - 1];
            sequences[i] = starts[head + i & ring.length - 1];
        }
        ring = buffers;
        starts = sequences;
        head = 0;
    }

    /** Everything before {@code sequence} is acknowledged. */
    void release(int sequence) {
        int upTo = Sequence.min(sequence, end);
        while (count > 0) {
            ByteBuf first = ring[head];
            if (Sequence.isAfter(starts[head] + first.readableBytes(), upTo)) {
                break;
            }
            ring[head] = null;
            head = head + 1 & ring.length - 1;
            count--;
            first.release();
        }
        base = Sequence.max(base, upTo);
        if (count == 0) {
            openChunk = false;
            if (ring != null && ring.length > 64) { // an idle connection keeps no large ring
                ring = null;
                starts = null;
                head = 0;
            }
        }
    }

    /**
     * Sets the indices of the buffers that hold {@code length} octets from {@code sequence} to just those octets and lists them in {@code
     * parts}, which must be {@link GatheredParts#restore restored} before anything else is called.
     *
     * @return octets listed: less than {@code length} if there are more parts than fit
     */
    int gather(int sequence, int length, GatheredParts parts) {
        int gathered = 0;
        for (int index = find(sequence); gathered < length && !parts.isFull(); index++) {
            int slot = head + index & ring.length - 1;
            int skip = sequence + gathered - starts[slot];
            int take = Math.min(ring[slot].readableBytes() - skip, length - gathered);
            parts.add(ring[slot], skip, take);
            gathered += take;
        }
        return gathered;
    }

    private int find(int sequence) {
        int low = 0;
        int high = count - 1;
        while (low < high) {
            int middle = low + high + 1 >>> 1;
            if (Sequence.isAfter(starts[head + middle & ring.length - 1], sequence)) {
                high = middle - 1;
            } else {
                low = middle;
            }
        }
        return low;
    }

    /** Releases everything. */
    void clear() {
        for (int i = 0; i < count; i++) {
            ring[head + i & ring.length - 1].release();
        }
        ring = null;
        starts = null;
        count = 0;
        head = 0;
        base = end;
    }
}

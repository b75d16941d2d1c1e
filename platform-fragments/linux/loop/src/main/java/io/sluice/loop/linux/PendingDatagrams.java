package io.sluice.loop.linux;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/** What one socket was given and the kernel does not have yet, in order; and how far it has got. */
final class PendingDatagrams {

    /** Entries: the packets of one turn of a TUN queue. */
    static final int ENTRIES = 64;

    /** Octets: four super-packets. What waits for a socket longer than a turn is an overload, and old datagrams help nobody. */
    private static final int OCTETS = 256 * 1024;

    /** A buffer that is this many times larger than what it holds is not kept for long. */
    private static final int WASTE = 4;

    final ByteBuf[] headers = new ByteBuf[ENTRIES];
    final ByteBuf[] payloads = new ByteBuf[ENTRIES];
    final int[] segments = new int[ENTRIES];
    final InetSocketAddress[] destinations = new InetSocketAddress[ENTRIES];
    int count;

    /** The first entry that is not sent whole, and how much of it is. */
    int entry;

    int offset;

    private int octets;

    boolean hasRoom(int length) {
        return count < ENTRIES && (octets + length <= OCTETS || count == 0);
    }

    void add(ByteBuf header, ByteBuf payload, int segmentSize, InetSocketAddress to) {
        headers[count] = header == null ? null : header.retain();
        payloads[count] = payload;
        segments[count] = segmentSize;
        destinations[count] = to;
        octets += payload.readableBytes();
        count++;
    }

    void advance(int toEntry, int toOffset) {
        for (int i = entry; i < toEntry; i++) {
            release(i);
        }
        entry = toEntry;
        offset = toOffset;
    }

    private void release(int i) {
        payloads[i].release();
        payloads[i] = null;
        if (headers[i] != null) {
            headers[i].release();
            headers[i] = null;
        }
        destinations[i] = null;
    }

    /** It has to wait: small datagrams move out of the large buffers that they were read into. */
    void unpin() {
        for (int i = entry; i < count; i++) {
            ByteBuf payload = payloads[i];
            int length = payload.readableBytes();
            ByteBuf whole = payload.unwrap() == null ? payload : payload.unwrap();
            if (whole.capacity() / WASTE > length) {
                ByteBuf copy = payload.alloc().directBuffer(Math.max(1, length));
                copy.writeBytes(payload, payload.readerIndex(), length);
                payload.release();
                payloads[i] = copy;
            }
        }
    }

    /** Releases what is left. */
    void clear() {
        for (int i = entry; i < count; i++) {
            release(i);
        }
        count = 0;
        entry = 0;
        offset = 0;
        octets = 0;
    }
}

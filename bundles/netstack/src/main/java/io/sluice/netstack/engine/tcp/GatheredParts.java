package io.sluice.netstack.engine.tcp;

import io.netty.buffer.ByteBuf;
import io.sluice.api.tun.TunQueue;

/** The payload parts of the packet under way, and what their indices were. One object a layer. */
final class GatheredParts {

    final ByteBuf[] buffers = new ByteBuf[TunQueue.MAX_PARTS];
    private final int[] readers = new int[TunQueue.MAX_PARTS];
    private final int[] writers = new int[TunQueue.MAX_PARTS];
    private int count;

    int count() {
        return count;
    }

    boolean isFull() {
        return count == buffers.length;
    }

    void add(ByteBuf buffer, int skip, int take) {
        int reader = buffer.readerIndex();
        readers[count] = reader;
        writers[count] = buffer.writerIndex();
        buffer.setIndex(reader + skip, reader + skip + take);
        buffers[count++] = buffer;
    }

    void restore() {
        for (int i = 0; i < count; i++) {
            buffers[i].setIndex(readers[i], writers[i]);
            buffers[i] = null;
        }
        count = 0;
    }
}

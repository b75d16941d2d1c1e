package io.sluice.loop.linux;

import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;

/** What the sockets of one loop share. Loop thread only. */
final class LoopVectors {

    /** Sockets that have something pending at one time are few; the rest is left to the garbage collector. */
    private static final int SPARE = 16;

    final SocketCalls calls = new SocketCalls();
    final SendVectors send;
    final ReceiveSlots receive;
    private final ArrayDeque<PendingDatagrams> spare = new ArrayDeque<>(SPARE);
    private int sockets;
    private boolean withdrawn;

    LoopVectors(ByteBufAllocator allocator) {
        Addresses addresses = new Addresses();
        send = new SendVectors(addresses);
        receive = new ReceiveSlots(addresses, allocator);
    }

    PendingDatagrams take() {
        PendingDatagrams pending = spare.poll();
        return pending == null ? new PendingDatagrams() : pending;
    }

    /** Empty. */
    void give(PendingDatagrams pending) {
        if (spare.size() < SPARE) {
            spare.add(pending);
        }
    }

    void opened() {
        sockets++;
    }

    void closed() {
        sockets--;
        releaseUnused();
    }

    /** No socket will be opened any more. */
    void withdraw() {
        withdrawn = true;
        releaseUnused();
    }

    private void releaseUnused() {
        if (withdrawn && sockets == 0) {
            receive.release();
        }
    }
}

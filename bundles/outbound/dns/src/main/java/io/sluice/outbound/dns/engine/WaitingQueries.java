package io.sluice.outbound.dns.engine;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/** Questions that wait for their server to be reached; bounded. */
final class WaitingQueries {

    private final ArrayDeque<ByteBuf> queries = new ArrayDeque<>(2);
    private int octets;

    boolean isFull() {
        return queries.size() >= Upstream.MAX_WAITING || octets >= Upstream.MAX_WAITING_OCTETS;
    }

    /** Ownership passes. */
    void add(ByteBuf query) {
        octets += query.readableBytes();
        queries.add(query);
    }

    int size() {
        return queries.size();
    }

    void drainTo(Consumer<ByteBuf> taker) {
        octets = 0;
        for (ByteBuf next = queries.poll(); next != null; next = queries.poll()) {
            taker.accept(next);
        }
    }

    void release() {
        drainTo(ByteBuf::release);
    }
}

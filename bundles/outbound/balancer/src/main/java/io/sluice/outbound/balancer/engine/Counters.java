package io.sluice.outbound.balancer.engine;

import java.util.concurrent.atomic.LongAdder;

/** Totals of one balancer; any thread. */
final class Counters {

    final LongAdder streamsOpened = new LongAdder();
    final LongAdder streamsFailed = new LongAdder();
    final LongAdder associationsOpened = new LongAdder();
    final LongAdder associationsFailed = new LongAdder();
    /** Flows that were opened by another member than the one they began with. */
    final LongAdder failovers = new LongAdder();

    void opened(Kind<?> kind) {
        (kind == Kind.STREAM ? streamsOpened : associationsOpened).increment();
    }

    void failed(Kind<?> kind) {
        (kind == Kind.STREAM ? streamsFailed : associationsFailed).increment();
    }
}

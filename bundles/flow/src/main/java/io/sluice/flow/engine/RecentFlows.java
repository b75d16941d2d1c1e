package io.sluice.flow.engine;

import io.sluice.api.flow.FlowSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The last flows that ended: a ring, the oldest is overwritten. Any thread. */
final class RecentFlows {

    /** Ours: some minutes of an ordinary household's flows, about 300 KiB. */
    static final int CAPACITY = 1_000;

    private final AtomicReferenceArray<FlowSnapshot> ring = new AtomicReferenceArray<>(CAPACITY);
    private final AtomicLong written = new AtomicLong();

    void add(FlowSnapshot flow) {
        ring.set((int) (written.getAndIncrement() % CAPACITY), flow);
    }

    /** Newest first. */
    List<FlowSnapshot> list() {
        long end = written.get();
        List<FlowSnapshot> flows = new ArrayList<>();
        for (long i = end - 1; i >= 0 && i >= end - CAPACITY; i--) {
            FlowSnapshot flow = ring.get((int) (i % CAPACITY));
            if (flow != null) {
                flows.add(flow);
            }
        }
        return flows;
    }
}

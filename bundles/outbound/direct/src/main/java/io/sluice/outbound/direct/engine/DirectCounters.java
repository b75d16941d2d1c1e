package io.sluice.outbound.direct.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What one direct outbound has done beside dialling. Any thread. */
final class DirectCounters {

    final LongAdder associationsOpened = new LongAdder();
    final LongAdder datagramsDroppedQueueFull = new LongAdder();
    final LongAdder datagramsDroppedUnresolved = new LongAdder();
    final LongAdder datagramsDroppedNoEgress = new LongAdder();
    final LongAdder datagramsDroppedByRule = new LongAdder();
    final LongAdder datagramErrors = new LongAdder();

    Map<String, Long> snapshot() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("associationsOpened", associationsOpened.sum());
        all.put("datagramsDroppedQueueFull", datagramsDroppedQueueFull.sum());
        all.put("datagramsDroppedUnresolved", datagramsDroppedUnresolved.sum());
        all.put("datagramsDroppedNoEgress", datagramsDroppedNoEgress.sum());
        all.put("datagramsDroppedByRule", datagramsDroppedByRule.sum());
        all.put("datagramErrors", datagramErrors.sum());
        return all;
    }
}

package io.sluice.outbound.socks.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Totals of one outbound; any thread. */
public final class SocksCounters {

    final LongAdder streamsOpened = new LongAdder();
    final LongAdder streamsFailed = new LongAdder();
    final LongAdder associationsOpened = new LongAdder();
    final LongAdder associationsFailed = new LongAdder();
    final LongAdder timeouts = new LongAdder();
    final LongAdder authFailures = new LongAdder();
    final LongAdder malformedReplies = new LongAdder();
    final LongAdder datagramsSent = new LongAdder();
    final LongAdder datagramsReceived = new LongAdder();
    final LongAdder datagramsDropped = new LongAdder();
    final LongAdder malformedDatagrams = new LongAdder();

    /** As they are now, by name. */
    public Map<String, Long> snapshot() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("streamsOpened", streamsOpened.sum());
        all.put("streamsFailed", streamsFailed.sum());
        all.put("associationsOpened", associationsOpened.sum());
        all.put("associationsFailed", associationsFailed.sum());
        all.put("timeouts", timeouts.sum());
        all.put("authFailures", authFailures.sum());
        all.put("malformedReplies", malformedReplies.sum());
        all.put("datagramsSent", datagramsSent.sum());
        all.put("datagramsReceived", datagramsReceived.sum());
        all.put("datagramsDropped", datagramsDropped.sum());
        all.put("malformedDatagrams", malformedDatagrams.sum());
        return all;
    }
}

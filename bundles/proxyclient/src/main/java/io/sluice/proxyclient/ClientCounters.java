package io.sluice.proxyclient;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Totals of one outbound; any thread. */
public final class ClientCounters {

    public final LongAdder streamsOpened = new LongAdder();
    public final LongAdder streamsFailed = new LongAdder();
    public final LongAdder associationsOpened = new LongAdder();
    public final LongAdder associationsFailed = new LongAdder();
    public final LongAdder malformedReplies = new LongAdder();
    public final LongAdder datagramsSent = new LongAdder();
    public final LongAdder datagramsReceived = new LongAdder();
    public final LongAdder datagramsDropped = new LongAdder();

    /** As they are now, by name. */
    public Map<String, Long> snapshot() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("streamsOpened", streamsOpened.sum());
        all.put("streamsFailed", streamsFailed.sum());
        all.put("associationsOpened", associationsOpened.sum());
        all.put("associationsFailed", associationsFailed.sum());
        all.put("malformedReplies", malformedReplies.sum());
        all.put("datagramsSent", datagramsSent.sum());
        all.put("datagramsReceived", datagramsReceived.sum());
        all.put("datagramsDropped", datagramsDropped.sum());
        return all;
    }
}

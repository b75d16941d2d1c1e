package io.sluice.outbound.http.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Totals of one outbound; any thread. */
public final class HttpCounters {

    final LongAdder streamsOpened = new LongAdder();
    final LongAdder streamsFailed = new LongAdder();
    final LongAdder timeouts = new LongAdder();
    final LongAdder authFailures = new LongAdder();
    final LongAdder malformedReplies = new LongAdder();

    /** As they are now, by name. */
    public Map<String, Long> snapshot() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("streamsOpened", streamsOpened.sum());
        all.put("streamsFailed", streamsFailed.sum());
        all.put("timeouts", timeouts.sum());
        all.put("authFailures", authFailures.sum());
        all.put("malformedReplies", malformedReplies.sum());
        return all;
    }
}

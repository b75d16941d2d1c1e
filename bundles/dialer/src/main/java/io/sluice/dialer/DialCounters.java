package io.sluice.dialer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What one connector has done. Any thread. */
public final class DialCounters {

    final LongAdder streamsOpened = new LongAdder();
    final LongAdder streamsFailed = new LongAdder();
    final LongAdder connectAttempts = new LongAdder();
    final LongAdder namesResolved = new LongAdder();
    final LongAdder namesFailed = new LongAdder();

    /** A name was looked up for something other than a stream. */
    public void named(boolean found) {
        (found ? namesResolved : namesFailed).increment();
    }

    /** As they are now, by name. */
    public Map<String, Long> snapshot() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("streamsOpened", streamsOpened.sum());
        all.put("streamsFailed", streamsFailed.sum());
        all.put("connectAttempts", connectAttempts.sum());
        all.put("namesResolved", namesResolved.sum());
        all.put("namesFailed", namesFailed.sum());
        return all;
    }
}

package io.sluice.outbound.dns.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Totals of one outbound; any thread. */
public final class DnsCounters {

    final LongAdder forwarded = new LongAdder();
    final LongAdder answers = new LongAdder();
    final LongAdder returned = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder malformed = new LongAdder();
    final LongAdder overflowed = new LongAdder();

    /** As they are now, by name. */
    public Map<String, Long> snapshot() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("queriesForwarded", forwarded.sum());
        all.put("answersReceived", answers.sum());
        all.put("queriesReturned", returned.sum());
        all.put("queriesDropped", dropped.sum());
        all.put("queriesMalformed", malformed.sum());
        all.put("queriesOverflowed", overflowed.sum());
        return all;
    }
}

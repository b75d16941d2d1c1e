package io.sluice.rest;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Totals of the requests that reached the guard; what the server could not read as HTTP it refuses itself, uncounted. Any thread. */
final class RequestCounters {

    final LongAdder admitted = new LongAdder();
    final LongAdder refused = new LongAdder();

    /** The client went away inside its request or before its answer was whole. */
    final LongAdder cutOff = new LongAdder();

    final LongAdder failed = new LongAdder();

    Map<String, Object> view() {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("admitted", admitted.sum());
        view.put("refused", refused.sum());
        view.put("cutOff", cutOff.sum());
        view.put("failed", failed.sum());
        return view;
    }
}

package io.sluice.rest.engine;

import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowTotals;
import io.sluice.view.Json;
import io.sluice.view.Status;
import io.sluice.view.Views;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns what the rooms say at one moment into events: the status when it changes, rates since the moment before, and the flows that changed.
 * Shows the newest flows only, so that an event stays small however many there are.
 *
 * <p>Threads: one thread calls {@link #beat}; {@link #opening} may be called from any.
 */
public final class Pulse {

    /** Rows a page can show at once. */
    static final int MAX_FLOWS = 500;

    /** Five minutes of seconds for the chart of a page that has just been opened. */
    static final int HISTORY = 300;

    /** An event of the stream. */
    public record Event(String name, String data) {}

    /** What an outbound or the whole had moved at the moment before. */
    private record Mark(long uplink, long downlink) {}

    private record Row(FlowSnapshot.State state, long octets) {}

    /** Equal to no flow's row. */
    private static final Row UNTOLD = new Row(null, -1);

    private final Deque<long[]> history = new ArrayDeque<>();
    private final Map<String, Mark> outbounds = new HashMap<>();
    private Map<Long, Row> rows = new HashMap<>();
    private Mark whole;
    private Instant before;
    private String status = "";
    private String totals = "";

    /** The next moment. */
    public synchronized List<Event> beat(Status now, List<FlowSnapshot> flows, Instant at) {
        List<Event> events = new ArrayList<>();
        Map<String, Object> view = new LinkedHashMap<>(now.view());
        view.remove("flows"); // sums have an event of their own
        String text = Json.compact(view);
        if (!text.equals(status)) {
            status = text;
            events.add(new Event("status", text));
        }
        totals = Json.compact(totals(now, at));
        events.add(new Event("totals", totals));
        before = at;
        flows(flows, events);
        return events;
    }

    /**
     * What a listener who has just come needs to know first.
     *
     * @param flows those that live now: while nobody listened, no {@link #beat} looked at them
     */
    public synchronized List<Event> opening(List<FlowSnapshot> flows) {
        List<Event> events = new ArrayList<>();
        List<FlowSnapshot> present = newest(flows);
        // So that the next moment says of each how it has changed, or that it has gone.
        present.forEach(flow -> rows.putIfAbsent(flow.id(), UNTOLD));
        if (!status.isEmpty()) {
            events.add(new Event("status", status));
        }
        events.add(new Event(
                "history",
                Json.compact(Map.of(
                        "up", history.stream().map(rates -> rates[0]).toList(),
                        "down", history.stream().map(rates -> rates[1]).toList()))));
        if (!totals.isEmpty()) { // else they come with the first beat
            events.add(new Event("totals", totals));
        }
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("reset", true);
        view.put("live", flows.size());
        view.put("changed", present.stream().map(Views::flow).toList());
        events.add(new Event("flows", Json.compact(view)));
        return events;
    }

    private Map<String, Object> totals(Status now, Instant at) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("at", at.toString());
        FlowTotals sums = now.totals().orElse(null);
        if (sums == null) {
            whole = null;
            outbounds.clear();
            view.put("active", false);
            remember(0, 0);
            return view;
        }
        double seconds = before == null
                ? 1
                : Math.max(0.001, Duration.between(before, at).toNanos() / 1e9);
        Mark mark = new Mark(sums.uplinkBytes(), sums.downlinkBytes());
        long up = rate(mark.uplink(), whole == null ? mark.uplink() : whole.uplink(), seconds);
        long down = rate(mark.downlink(), whole == null ? mark.downlink() : whole.downlink(), seconds);
        whole = mark;
        remember(up, down);
        view.put("active", true);
        view.put("live", sums.live());
        view.put("opened", sums.opened());
        view.put("uplinkBytes", sums.uplinkBytes());
        view.put("downlinkBytes", sums.downlinkBytes());
        view.put("upRate", up);
        view.put("downRate", down);
        Map<String, Object> each = new LinkedHashMap<>();
        new TreeMap<>(sums.outbounds()).forEach((tag, sum) -> each.put(tag, outbound(tag, sum, seconds)));
        outbounds.keySet().retainAll(sums.outbounds().keySet());
        view.put("outbounds", each);
        return view;
    }

    private Map<String, Object> outbound(String tag, FlowTotals.OutboundTotals sum, double seconds) {
        Mark last = outbounds.getOrDefault(tag, new Mark(sum.uplinkBytes(), sum.downlinkBytes()));
        outbounds.put(tag, new Mark(sum.uplinkBytes(), sum.downlinkBytes()));
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("live", sum.live());
        view.put("opened", sum.opened());
        view.put("failed", sum.failed());
        view.put("uplinkBytes", sum.uplinkBytes());
        view.put("downlinkBytes", sum.downlinkBytes());
        view.put("upRate", rate(sum.uplinkBytes(), last.uplink(), seconds));
        view.put("downRate", rate(sum.downlinkBytes(), last.downlink(), seconds));
        return view;
    }

    /** Octets a second; a counter that went back was started anew. */
    private static long rate(long now, long before, double seconds) {
        return now < before ? 0 : Math.round((now - before) / seconds);
    }

    private void remember(long up, long down) {
        history.addLast(new long[] {up, down});
        if (history.size() > HISTORY) {
            history.removeFirst();
        }
    }

    private static List<FlowSnapshot> newest(List<FlowSnapshot> flows) {
        return flows.stream()
                .sorted(Comparator.comparingLong(FlowSnapshot::id).reversed())
                .limit(MAX_FLOWS)
                .toList();
    }

    private void flows(List<FlowSnapshot> flows, List<Event> events) {
        Map<Long, Row> next = new HashMap<>();
        List<Map<String, Object>> changed = new ArrayList<>();
        for (FlowSnapshot flow : newest(flows)) {
            Row row = new Row(flow.state(), flow.uplinkBytes() + flow.downlinkBytes());
            next.put(flow.id(), row);
            if (!row.equals(rows.get(flow.id()))) {
                changed.add(Views.flow(flow));
            }
        }
        List<Long> removed =
                rows.keySet().stream().filter(id -> !next.containsKey(id)).toList();
        rows = next;
        if (!changed.isEmpty() || !removed.isEmpty()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("reset", false);
            view.put("live", flows.size());
            view.put("changed", changed);
            view.put("removed", removed);
            events.add(new Event("flows", Json.compact(view)));
        }
    }
}

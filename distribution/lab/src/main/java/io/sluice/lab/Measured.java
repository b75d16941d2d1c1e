package io.sluice.lab;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Times of one kind, and how many took longer than the catalogue lets them. One thread. */
final class Measured {

    private final List<Long> millis = new ArrayList<>();
    private Optional<Duration> bar = Optional.empty();
    private int late;

    /** @param most that it may have taken */
    void add(Duration value, Optional<Duration> most) {
        millis.add(value.toMillis());
        if (most.isPresent()) {
            bar = most;
            if (value.compareTo(most.get()) > 0) {
                late++;
            }
        }
    }

    int late() {
        return late;
    }

    /** Of fewer than one value it is 0. */
    long quantile(double quantile) {
        List<Long> sorted = millis.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get((int) Math.min(sorted.size() - 1, sorted.size() * quantile));
    }

    /** For people: without a bar there is no verdict. */
    @Override
    public String toString() {
        String values = "p50 %d, max %d, of %d".formatted(quantile(0.5), quantile(1), millis.size());
        return bar.map(most ->
                        values + "; bar " + most.toMillis() + ": " + (late == 0 ? "held" : "late " + late + " times"))
                .orElse(values);
    }

    /** For the report. */
    Map<String, Object> view() {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("p50", quantile(0.5));
        view.put("max", quantile(1));
        view.put("of", millis.size());
        bar.ifPresent(most -> {
            view.put("bar", most.toMillis());
            view.put("late", late);
            view.put("inTime", late == 0);
        });
        return view;
    }
}

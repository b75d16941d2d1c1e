package io.sluice.lab;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What came of the injections of one class. One thread. */
final class Tally {

    private static final int MOST_SAMPLES = 8;

    final Injection injection;
    int injected;
    long controlFilter;
    long controlCapture;
    long leakedFilter;
    long leakedCapture;
    long gaps;
    int leaking;
    int unrecovered;
    private Duration spent = Duration.ZERO;
    long shortEnds;
    long wrongOctets;
    long misdelivered;
    private final Set<String> samples = new LinkedHashSet<>();
    private final List<String> errors = new ArrayList<>();
    private final Map<String, Measured> figures = new TreeMap<>();
    private final Measured recoveries = new Measured();

    Tally(Injection injection) {
        this.injection = injection;
    }

    void leaked(long filter, List<Capture.Sighting> seen) {
        leakedFilter += filter;
        leakedCapture += seen.size();
        if (filter > 0 || !seen.isEmpty()) {
            leaking++;
        }
        for (Capture.Sighting sighting : seen) {
            if (samples.size() < MOST_SAMPLES) {
                samples.add("#" + injected + " " + sighting.what()
                        + (sighting.mark().isPresent() ? " (canary)" : ""));
            }
        }
    }

    /** @param goal the row's, for this injection of it */
    void recovered(Duration after, Duration goal) {
        recoveries.add(after, Optional.of(goal));
    }

    /** A round of it has taken so long, all told. */
    void spent(Duration time) {
        spent = spent.plus(time);
    }

    /** Something else that this class measures. */
    void figure(Figure figure) {
        figures.computeIfAbsent(figure.name(), _ -> new Measured()).add(figure.value(), figure.bar());
    }

    void error(String what) {
        if (errors.size() < MOST_SAMPLES) {
            errors.add(what);
        }
    }

    List<String> errors() {
        return errors;
    }

    /** What it measured besides the recovery, one line each. */
    List<String> figures() {
        return figures.entrySet().stream()
                .map(f -> f.getKey() + ": " + f.getValue())
                .toList();
    }

    /** What took longer than the row lets it, one sentence each; none if nothing did. */
    List<String> late() {
        List<String> late = new ArrayList<>();
        if (recoveries.late() > 0) {
            late.add(injection.id() + " recovery: " + recoveries);
        }
        figures.forEach((name, values) -> {
            if (values.late() > 0) {
                late.add(injection.id() + " " + name + ": " + values);
            }
        });
        return late;
    }

    Set<String> samples() {
        return samples;
    }

    /** Without a positive control nothing that was not seen proves anything. */
    boolean isVoid() {
        return injection.absent().isEmpty() && (controlFilter == 0 || controlCapture == 0);
    }

    long recovery(double quantile) {
        return recoveries.quantile(quantile);
    }

    /** @param timesCount whether what is late does not hold, or is only told */
    boolean holds(boolean timesCount) {
        return holds() && !(timesCount && !late().isEmpty());
    }

    private boolean holds() {
        return injection.absent().isPresent()
                || (!isVoid()
                        && leakedFilter == 0
                        && leakedCapture == 0
                        && gaps == 0
                        && unrecovered == 0
                        && errors.isEmpty()
                        && wrongOctets == 0
                        && misdelivered == 0
                        && shortEnds == 0);
    }

    /**
     * @param wanted how many injections there were to be
     * @param timesCount as for {@link #holds(boolean)}
     */
    Map<String, Object> view(int wanted, boolean timesCount) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", injection.id());
        view.put("title", injection.title());
        injection.absent().ifPresent(why -> view.put("notRun", why));
        if (injection.absent().isEmpty()) {
            view.put("injections", injected);
            view.put("wanted", wanted);
            view.put("controlSeen", Map.of("filter", controlFilter, "capture", controlCapture));
            view.put("leaked", Map.of("filter", leakedFilter, "capture", leakedCapture));
            view.put("leakingInjections", leaking);
            view.put("chainAbsent", gaps);
            view.put("streams", Map.of("wrongOctets", wrongOctets, "shortEnds", shortEnds));
            view.put("datagramsMisdelivered", misdelivered);
            view.put("unrecovered", unrecovered);
            view.put("late", recoveries.late());
            view.put("lateRows", late());
            view.put("spentMillis", spent.toMillis());
            view.put(
                    "recoveryMillis",
                    Map.of(
                            "p50",
                            recovery(0.5),
                            "max",
                            recovery(1),
                            "goal",
                            injection.within().toMillis()));
            figures.forEach((name, values) -> view.put(name, values.view()));
            view.put("samples", samples);
            view.put("errors", errors);
            view.put("holds", holds(timesCount));
        }
        return view;
    }
}

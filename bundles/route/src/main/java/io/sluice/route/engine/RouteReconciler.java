package io.sluice.route.engine;

import io.sluice.api.route.RouteException;
import io.sluice.route.spi.HostEntry;
import io.sluice.route.spi.PolicyRule;
import io.sluice.route.spi.RouteBackend;
import io.sluice.route.spi.TableRoute;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Brings the host from what is there to what is wanted, all of it or nothing. */
public final class RouteReconciler {

    /** One step and the entry that it put in or took out. */
    private sealed interface Step {}

    private record Put(HostEntry entry, Optional<HostEntry> replaced) implements Step {}

    private record Removed(HostEntry entry) implements Step {}

    private final RouteBackend backend;

    public RouteReconciler(RouteBackend backend) {
        this.backend = backend;
    }

    /**
     * Makes the host's entries of ours exactly these.
     *
     * @return how many were changed
     * @throws RouteException if a step was refused; what was changed has been put back
     */
    public int apply(List<HostEntry> wanted) throws RouteException {
        List<HostEntry> present = backend.ours();
        Deque<Step> done = new ArrayDeque<>();
        try {
            for (HostEntry entry : wanted) {
                if (!present.contains(entry)) {
                    backend.put(entry);
                    done.push(new Put(entry, replacedBy(entry, present)));
                }
            }
            for (HostEntry entry : stale(present, wanted)) {
                backend.remove(entry);
                done.push(new Removed(entry));
            }
            return done.size();
        } catch (RouteException e) {
            undo(done, e);
            throw e;
        }
    }

    private void undo(Deque<Step> done, RouteException cause) {
        for (Step step : done) {
            try {
                switch (step) {
                    case Put(HostEntry entry, Optional<HostEntry> replaced) -> {
                        if (replaced.isPresent()) {
                            backend.put(replaced.get());
                        } else {
                            backend.remove(entry);
                        }
                    }
                    case Removed(HostEntry entry) -> backend.put(entry);
                }
            } catch (RouteException e) {
                cause.addSuppressed(e);
            }
        }
    }

    private static Optional<HostEntry> replacedBy(HostEntry entry, List<HostEntry> present) {
        return present.stream().filter(old -> samePlace(entry, old)).findFirst();
    }

    private static boolean samePlace(HostEntry a, HostEntry b) {
        return a instanceof TableRoute route && b instanceof TableRoute other && route.samePlace(other);
    }

    /** Rules before routes, and the rules that divert, which come after those that protect, first. */
    private static List<HostEntry> stale(List<HostEntry> present, List<HostEntry> wanted) {
        List<HostEntry> stale = new ArrayList<>(present);
        stale.removeIf(old -> wanted.contains(old) || wanted.stream().anyMatch(entry -> samePlace(entry, old)));
        stale.sort(Comparator.comparingLong(
                entry -> entry instanceof PolicyRule rule ? -rule.priority() : Long.MAX_VALUE));
        return stale;
    }
}

package io.sluice.launcher;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/** Knows which bundles began to stop and have not ended, and where their threads are. */
final class StopWatcher implements SynchronousBundleListener {
    private final Set<Bundle> stopping = new LinkedHashSet<>();

    @Override
    public synchronized void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STOPPING) {
            stopping.add(event.getBundle());
        } else if (event.getType() == BundleEvent.STOPPED) {
            stopping.remove(event.getBundle());
        }
    }

    /** The bundles that hang now; the framework itself, which stops last, is not named. */
    synchronized List<String> hanging() {
        return stopping.stream()
                .filter(bundle -> bundle.getBundleId() != 0)
                .map(BundleSet::name)
                .toList();
    }

    /** The stacks of the threads that are stopping a bundle, for the log. */
    static String stacks() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> Arrays.stream(thread.getValue())
                        .anyMatch(frame -> frame.getClassName().equals("org.apache.felix.framework.Felix")
                                && frame.getMethodName().equals("stopBundle")))
                .map(StopWatcher::stack)
                .collect(Collectors.joining("\n"));
    }

    private static String stack(Map.Entry<Thread, StackTraceElement[]> thread) {
        return Arrays.stream(thread.getValue())
                .map(frame -> "    at " + frame)
                .collect(Collectors.joining("\n", thread.getKey().getName() + "\n", ""));
    }
}

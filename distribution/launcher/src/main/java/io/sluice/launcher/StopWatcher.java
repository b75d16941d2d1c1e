package io.sluice.launcher;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/** Knows which bundles began to stop and have not ended, and where their threads are. */
final class StopWatcher implements SynchronousBundleListener {
    private static final String FELIX = "org.apache.felix.framework.Felix";

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

    /** Whether a thread is in its start or stop, or was and never came back. */
    static boolean isBetweenStates(Bundle bundle) {
        return bundle.getState() == Bundle.STARTING || bundle.getState() == Bundle.STOPPING;
    }

    /** The stacks of the threads that are stopping a bundle, for the log. */
    static String stacks() {
        return stacks(StopWatcher::isInStop).collect(Collectors.joining("\n"));
    }

    /** The stack of a thread that has called {@code System.exit} from within the start or stop of a bundle. */
    static Optional<String> exit() {
        return stacks(stack -> isIn(stack, "java.lang.Runtime", "exit")
                        && (isInStop(stack) || isIn(stack, FELIX, "startBundle")))
                .findFirst();
    }

    /** Whether a bundle has called {@code System.exit}, from wherever: only the launcher's own {@code main} is to. */
    static boolean exitedByBundle() {
        return Thread.getAllStackTraces().values().stream()
                .anyMatch(stack ->
                        isIn(stack, "java.lang.Runtime", "exit") && !isIn(stack, Main.class.getName(), "main"));
    }

    private static Stream<String> stacks(Predicate<StackTraceElement[]> wanted) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> wanted.test(thread.getValue()))
                .map(StopWatcher::stack);
    }

    private static boolean isInStop(StackTraceElement[] stack) {
        return isIn(stack, FELIX, "stopBundle");
    }

    private static boolean isIn(StackTraceElement[] stack, String type, String method) {
        return Arrays.stream(stack)
                .anyMatch(frame -> frame.getClassName().equals(type)
                        && frame.getMethodName().equals(method));
    }

    private static String stack(Map.Entry<Thread, StackTraceElement[]> thread) {
        return Arrays.stream(thread.getValue())
                .map(frame -> "    at " + frame)
                .collect(Collectors.joining("\n", thread.getKey().getName() + "\n", ""));
    }
}

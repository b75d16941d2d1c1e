package io.sluice.launcher;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.namespace.NativeNamespace;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bundles of the plan inside a framework: installs them all, then resolves them together (a fragment attaches only to a
 * host that is not resolved yet), and says afterwards which of them is not at work and why.
 *
 * <p>{@link #install} and {@link #shortfalls} are called by one thread each; {@link #note} by the framework's.
 */
final class BundleSet {
    private static final Logger LOG = LoggerFactory.getLogger(BundleSet.class);

    private final BundleContext system;
    private final Map<BundlePlan.Entry, Bundle> bundles = new LinkedHashMap<>();
    private final Map<Bundle, Throwable> failures = new ConcurrentHashMap<>();

    /** @param system the context of the system bundle of an initialised framework */
    BundleSet(BundleContext system) {
        this.system = system;
    }

    void install(BundlePlan plan) throws LaunchException {
        for (BundlePlan.Entry entry : plan.entries()) {
            bundles.put(entry, install(entry));
        }
        framework().adapt(FrameworkWiring.class).resolveBundles(bundles.values());
        for (Bundle bundle : bundles.values()) {
            markForStart(bundle);
        }
    }

    /** Stops those that are at work, from the highest start level down, until the next start of the framework. */
    static void stop(List<Bundle> bundles) {
        bundles.stream()
                .filter(bundle -> bundle.getState() == Bundle.ACTIVE && !isFragment(bundle))
                .sorted(Comparator.comparingInt((Bundle bundle) ->
                                bundle.adapt(BundleStartLevel.class).getStartLevel())
                        .reversed())
                .forEach(bundle -> {
                    try {
                        bundle.stop(Bundle.STOP_TRANSIENT);
                    } catch (BundleException e) {
                        LOG.warn("{} does not stop in good order: {}", name(bundle), e.toString());
                    }
                });
    }

    private Bundle install(BundlePlan.Entry entry) throws LaunchException {
        try {
            Bundle bundle = system.installBundle(entry.location());
            BundleStartLevel startLevel = bundle.adapt(BundleStartLevel.class);
            if (startLevel.getStartLevel() != entry.startLevel()) {
                startLevel.setStartLevel(entry.startLevel());
            }
            return bundle;
        } catch (BundleException | IllegalStateException e) {
            throw LaunchException.failed(
                    "The bundle " + entry.id() + " cannot be installed from " + entry.jar() + ": " + e.getMessage()
                            + ".",
                    e);
        }
    }

    /** Below its start level this only records the wish to start; it starts when the framework reaches that level. */
    private void markForStart(Bundle bundle) {
        if (isFragment(bundle) || bundle.adapt(BundleStartLevel.class).isPersistentlyStarted()) {
            return;
        }
        try {
            bundle.start();
        } catch (BundleException e) {
            failures.put(bundle, e);
        }
    }

    /** Remembers why a bundle did not start; to be called with every event of the framework. */
    void note(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.ERROR && event.getThrowable() != null) {
            failures.putIfAbsent(event.getBundle(), event.getThrowable());
        }
    }

    /** One sentence for every bundle that should be at work and is not; empty where the set is complete. */
    List<String> shortfalls() {
        List<String> sentences = new ArrayList<>();
        for (Map.Entry<BundlePlan.Entry, Bundle> entry : bundles.entrySet()) {
            Bundle bundle = entry.getValue();
            boolean atWork = isFragment(bundle)
                    ? (bundle.getState() & (Bundle.INSTALLED | Bundle.UNINSTALLED)) == 0
                    : bundle.getState() == Bundle.ACTIVE;
            if (!atWork && !isForOtherPlatform(bundle)) {
                sentences.add(name(bundle) + " is " + stateName(bundle) + ": " + reason(bundle));
            }
        }
        return sentences;
    }

    int size() {
        return bundles.size();
    }

    /** How many of the bundles belong to another operating system or processor, and rest. */
    long forOtherPlatforms() {
        return bundles.values().stream().filter(this::isForOtherPlatform).count();
    }

    private String reason(Bundle bundle) {
        if (isFragment(bundle)) {
            return missing(bundle);
        }
        if (bundle.getState() == Bundle.STARTING) {
            return "its start has not come to an end yet";
        }
        Throwable failure = failures.get(bundle);
        if (failure == null) {
            return bundle.getState() == Bundle.INSTALLED ? missing(bundle) : "it was not started or was stopped again";
        }
        if (failure instanceof BundleException e && e.getType() == BundleException.RESOLVE_ERROR) {
            return ResolverReport.sentence(String.valueOf(e.getMessage()));
        }
        return failure.getCause() == null
                ? String.valueOf(failure.getMessage())
                : failure.getMessage() + " (" + failure.getCause() + ")";
    }

    /** What an unresolved bundle needs and nobody has: the resolver gives no reason for a fragment that it leaves aside. */
    private String missing(Bundle bundle) {
        List<String> missing = mandatory(bundle, null).stream()
                .filter(need -> !hasProvider(need))
                .map(need -> ResolverReport.requirement(
                        need.getNamespace(), need.getDirectives().getOrDefault(Constants.FILTER_DIRECTIVE, "")))
                .toList();
        return missing.isEmpty()
                ? "a bundle that it needs is not resolved"
                : "no installed bundle provides " + String.join(", ", missing);
    }

    /** Asks what bundles declare: of a host that is resolved already the framework's own search says nothing. */
    private boolean hasProvider(BundleRequirement need) {
        return Arrays.stream(system.getBundles())
                .map(bundle -> bundle.adapt(BundleRevision.class))
                .flatMap(revision -> revision.getDeclaredCapabilities(need.getNamespace()).stream())
                .anyMatch(need::matches);
    }

    private boolean isForOtherPlatform(Bundle bundle) {
        return mandatory(bundle, NativeNamespace.NATIVE_NAMESPACE).stream()
                .anyMatch(need ->
                        framework()
                                .adapt(BundleRevision.class)
                                .getDeclaredCapabilities(NativeNamespace.NATIVE_NAMESPACE)
                                .stream()
                                .noneMatch(need::matches));
    }

    /** @param namespace null for all */
    private static List<BundleRequirement> mandatory(Bundle bundle, String namespace) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return List.of(); // uninstalled
        }
        return revision.getDeclaredRequirements(namespace).stream()
                .filter(need -> !Constants.RESOLUTION_OPTIONAL.equals(
                        need.getDirectives().get(Constants.RESOLUTION_DIRECTIVE)))
                .filter(need -> Constants.EFFECTIVE_RESOLVE.equals(
                        need.getDirectives().getOrDefault(Constants.EFFECTIVE_DIRECTIVE, Constants.EFFECTIVE_RESOLVE)))
                .toList();
    }

    private Bundle framework() {
        return system.getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
    }

    static boolean isFragment(Bundle bundle) {
        return bundle.getHeaders("").get(Constants.FRAGMENT_HOST) != null;
    }

    static String name(Bundle bundle) {
        return bundle.getSymbolicName() + " " + bundle.getVersion();
    }

    private static String stateName(Bundle bundle) {
        return switch (bundle.getState()) {
            case Bundle.UNINSTALLED -> "uninstalled";
            case Bundle.INSTALLED -> "not resolved";
            case Bundle.RESOLVED -> "not started";
            case Bundle.STARTING -> "still starting";
            case Bundle.STOPPING -> "stopping";
            default -> "active";
        };
    }

    @Override
    public String toString() {
        return bundles.values().stream().map(BundleSet::name).collect(Collectors.joining(", "));
    }
}

package io.sluice.view;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.BundleNamespace;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.resource.Namespace;

/** A bundle's state in a person's words, and why it is not active. */
public final class BundleState {

    /** OSGi Core 8 §8.7: what a platform fragment requires of the machine. */
    private static final String NATIVE = "osgi.native";

    private BundleState() {}

    /** One view a bundle, by id. */
    public static List<Map<String, Object>> views(BundleContext context, Diagnosis diagnosis) {
        List<Map<String, Object>> views = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("id", bundle.getBundleId());
            view.put("name", bundle.getSymbolicName());
            view.put("version", bundle.getVersion().toString());
            view.put("state", word(bundle));
            view.put("fragment", isFragment(bundle));
            Optional<Finding> finding = diagnosis == null ? finding(context, bundle) : diagnosis.of(bundle);
            finding.ifPresent(f -> {
                view.put("level", f.level().name());
                view.put("subject", f.subject());
                view.put("why", f.why());
                view.put("remedy", f.remedy());
            });
            views.add(view);
        }
        return views;
    }

    /** {@code active}, {@code attached} (a fragment), {@code lazy}, {@code resolved}, {@code installed}, {@code starting}, {@code stopping}. */
    public static String word(Bundle bundle) {
        return switch (bundle.getState()) {
            case Bundle.ACTIVE -> "active";
            case Bundle.RESOLVED -> isFragment(bundle) ? "attached" : "resolved";
            case Bundle.INSTALLED -> "installed";
            case Bundle.STARTING -> isLazy(bundle) ? "lazy" : "starting";
            case Bundle.STOPPING -> "stopping";
            default -> "uninstalled";
        };
    }

    static Optional<Finding> finding(BundleContext context, Bundle bundle) {
        String name = bundle.getSymbolicName() + " " + bundle.getVersion();
        return switch (word(bundle)) {
            case "resolved" ->
                Optional.of(new Finding(
                        Finding.Level.PROBLEM,
                        name,
                        "the bundle is resolved but not started",
                        "Start it: felix:start " + bundle.getBundleId() + "."));
            case "installed" -> Optional.of(unresolved(context, bundle, name));
            case "starting" ->
                Optional.of(new Finding(
                        Finding.Level.PROBLEM,
                        name,
                        "the bundle is still starting",
                        "Wait; if it stays, see the log."));
            case "stopping" ->
                Optional.of(new Finding(
                        Finding.Level.PROBLEM, name, "the bundle is stopping", "Wait; if it stays, see the log."));
            default -> Optional.empty();
        };
    }

    private static Finding unresolved(BundleContext context, Bundle bundle, String name) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        FrameworkWiring wiring =
                context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
        if (revision == null || wiring == null) {
            return new Finding(Finding.Level.PROBLEM, name, "the bundle is not resolved", "See the log.");
        }
        for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
            if (isOptional(requirement) || provided(wiring, requirement)) {
                continue;
            }
            if (requirement.getNamespace().equals(NATIVE)) {
                return new Finding(
                        Finding.Level.IDLE, name, "it is made for another operating system", "Nothing to do.");
            }
            return new Finding(
                    Finding.Level.PROBLEM,
                    name,
                    "it cannot be resolved: nothing provides " + text(requirement),
                    "Install a bundle that provides it.");
        }
        return new Finding(
                Finding.Level.PROBLEM,
                name,
                "it is not resolved, though everything it requires is installed",
                isFragment(bundle)
                        ? "Refresh its host, so that it is attached: felix:refresh."
                        : "Start it: felix:start " + bundle.getBundleId()
                                + "; one of its providers may be unresolved.");
    }

    private static boolean provided(FrameworkWiring wiring, BundleRequirement requirement) {
        for (BundleCapability capability : wiring.findProviders(requirement)) {
            if (capability.getRevision().getBundle().getState() != Bundle.UNINSTALLED) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOptional(BundleRequirement requirement) {
        Map<String, String> directives = requirement.getDirectives();
        String effective =
                directives.getOrDefault(Namespace.REQUIREMENT_EFFECTIVE_DIRECTIVE, Namespace.EFFECTIVE_RESOLVE);
        return Namespace.RESOLUTION_OPTIONAL.equals(directives.get(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE))
                || "dynamic".equals(directives.get(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE))
                || !Namespace.EFFECTIVE_RESOLVE.equals(effective);
    }

    private static String text(BundleRequirement requirement) {
        String filter = requirement.getDirectives().get(Namespace.REQUIREMENT_FILTER_DIRECTIVE);
        String what = switch (requirement.getNamespace()) {
            case HostNamespace.HOST_NAMESPACE -> "host";
            case BundleNamespace.BUNDLE_NAMESPACE -> "bundle";
            default -> requirement.getNamespace();
        };
        return what + (filter == null ? "" : " " + filter);
    }

    private static boolean isFragment(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision != null && (revision.getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
    }

    private static boolean isLazy(Bundle bundle) {
        String policy = bundle.getHeaders("").get(Constants.BUNDLE_ACTIVATIONPOLICY);
        return policy != null && policy.startsWith(Constants.ACTIVATION_LAZY);
    }
}

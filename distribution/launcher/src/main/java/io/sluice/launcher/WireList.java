package io.sluice.launcher;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.osgi.framework.Bundle;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;

/** The resolved bundles and who takes which package from whom, as a text that is the same for the same bundle set. */
final class WireList {
    private static final String HEADING = """
            # Every bundle of the distribution, its start level, and the packages it takes from other bundles.
            # Written by the launcher ('wires FILE'). A new line here is a new dependency: look at it in review.
            """;

    private WireList() {}

    static String of(Bundle... installed) {
        StringBuilder text = new StringBuilder(HEADING);
        Arrays.stream(installed)
                .filter(bundle -> bundle.getBundleId() != 0)
                .sorted(Comparator.comparing(Bundle::getSymbolicName).thenComparing(Bundle::getVersion))
                .forEach(bundle -> append(text, bundle));
        return text.toString();
    }

    private static void append(StringBuilder text, Bundle bundle) {
        text.append('\n')
                .append(BundleSet.name(bundle))
                .append(" @")
                .append(bundle.adapt(BundleStartLevel.class).getStartLevel());
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        if (wiring == null) {
            text.append(" (not resolved here)\n");
            return;
        }
        hosts(wiring).forEach(host -> text.append(" in ").append(host));
        text.append('\n');
        packages(wiring)
                .forEach((provider, packages) -> text.append("  ")
                        .append(provider)
                        .append(": ")
                        .append(String.join(" ", packages))
                        .append('\n'));
    }

    private static List<String> hosts(BundleWiring wiring) {
        return wiring.getRequiredWires(HostNamespace.HOST_NAMESPACE).stream()
                .map(WireList::provider)
                .toList();
    }

    private static Map<String, TreeSet<String>> packages(BundleWiring wiring) {
        Map<String, TreeSet<String>> byProvider = new TreeMap<>();
        for (BundleWire wire : wiring.getRequiredWires(PackageNamespace.PACKAGE_NAMESPACE)) {
            String name = (String) wire.getCapability().getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE);
            if (!name.startsWith("java.")) {
                byProvider
                        .computeIfAbsent(provider(wire), provider -> new TreeSet<>())
                        .add(name);
            }
        }
        return byProvider;
    }

    private static String provider(BundleWire wire) {
        Bundle bundle = wire.getProvider().getBundle();
        return bundle.getBundleId() == 0 ? "(system)" : bundle.getSymbolicName();
    }
}

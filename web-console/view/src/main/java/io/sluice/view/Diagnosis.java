package io.sluice.view;

import io.sluice.api.inbound.Inbound;
import io.sluice.api.outbound.Outbound;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/**
 * Why anything is not active, from the states of bundles and the runtime of Declarative Services: one sentence and one remedy each. A
 * missing service is followed to the component that would provide it.
 */
public final class Diagnosis {

    private final BundleContext context;
    private final ServiceComponentRuntime components;

    public Diagnosis(BundleContext context, ServiceComponentRuntime components) {
        this.context = context;
        this.components = components;
    }

    /** Everything that is not active: bundles first, problems before what is idle. */
    public List<Finding> findings() {
        List<Finding> found = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            BundleState.finding(context, bundle).ifPresent(found::add);
        }
        components.getComponentDescriptionDTOs().forEach(description -> found.addAll(all(description)));
        found.sort(Comparator.comparing(Finding::level));
        return found;
    }

    /** One sentence on why no service of this contract is there. */
    public String whyAbsent(String contract) {
        List<ComponentDescriptionDTO> providers = providersOf(contract);
        if (providers.isEmpty()) {
            return uninstalledProvider(contract);
        }
        return providers.stream()
                .map(this::component)
                .flatMap(Optional::stream)
                .findFirst()
                .map(finding -> finding.subject() + ": " + finding.why())
                .orElseGet(() -> providers.getFirst().name + " is just being activated");
    }

    /** A bundle's finding: of its state, else of its first component that is not active. */
    public Optional<Finding> of(Bundle bundle) {
        Optional<Finding> state = BundleState.finding(context, bundle);
        if (state.isPresent()) {
            return state;
        }
        return components.getComponentDescriptionDTOs(bundle).stream()
                .map(this::component)
                .flatMap(Optional::stream)
                .min(Comparator.comparing(Finding::level));
    }

    private Optional<Finding> component(ComponentDescriptionDTO description) {
        return all(description).stream().findFirst();
    }

    /** One for each of its configurations that is not active. */
    private List<Finding> all(ComponentDescriptionDTO description) {
        if (!components.isComponentEnabled(description)) {
            return List.of(new Finding(
                    Finding.Level.PROBLEM,
                    description.name,
                    "the component is disabled",
                    "Enable it: scr:enable " + description.name + "."));
        }
        Collection<ComponentConfigurationDTO> configurations = components.getComponentConfigurationDTOs(description);
        if (configurations.isEmpty()) {
            return "require".equals(description.configurationPolicy) ? List.of(unconfigured(description)) : List.of();
        }
        return configurations.stream()
                .map(configuration -> configuration(description, configuration))
                .flatMap(Optional::stream)
                .toList();
    }

    /** A component that there is several of is told by its tag. */
    private static String subject(ComponentDescriptionDTO description, ComponentConfigurationDTO state) {
        Object tag = state.properties.getOrDefault(Outbound.TAG, state.properties.get(Inbound.TAG));
        return tag == null ? description.name : description.name + " (" + tag + ")";
    }

    private Optional<Finding> configuration(ComponentDescriptionDTO description, ComponentConfigurationDTO state) {
        return switch (state.state) {
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION -> Optional.of(unconfigured(description));
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE -> Optional.of(unsatisfied(description, state));
            case ComponentConfigurationDTO.FAILED_ACTIVATION ->
                Optional.of(new Finding(
                        Finding.Level.PROBLEM,
                        subject(description, state),
                        "its activation failed: " + reason(state.failure),
                        "The log has the whole story; put the cause right, then restart bundle "
                                + description.bundle.symbolicName + "."));
            default -> Optional.empty();
        };
    }

    private static Finding unconfigured(ComponentDescriptionDTO description) {
        String pid = description.configurationPid.length == 0 ? description.name : description.configurationPid[0];
        return new Finding(
                Finding.Level.IDLE,
                description.name,
                "nothing in the configuration asks for it (PID " + pid + ")",
                "Nothing to do, unless you want it: then add it to the configuration file.");
    }

    private Finding unsatisfied(ComponentDescriptionDTO description, ComponentConfigurationDTO state) {
        Set<String> visited = new LinkedHashSet<>();
        visited.add(description.name);
        StringBuilder why = new StringBuilder();
        String root = follow(description, state, visited, why);
        return new Finding(Finding.Level.PROBLEM, subject(description, state), why.toString(), root);
    }

    /** Appends why it is unsatisfied, through the chain of providers; returns the remedy at the chain's end. */
    private String follow(
            ComponentDescriptionDTO description,
            ComponentConfigurationDTO state,
            Set<String> visited,
            StringBuilder why) {
        if (state.unsatisfiedReferences.length == 0) {
            why.append("a service it needs is missing");
            return "The log has the whole story.";
        }
        UnsatisfiedReferenceDTO missing = state.unsatisfiedReferences[0];
        String contract = Arrays.stream(description.references)
                .filter(reference -> reference.name.equals(missing.name))
                .map((ReferenceDTO reference) -> reference.interfaceName)
                .findFirst()
                .orElse(missing.name);
        why.append("it needs ").append(simple(contract));
        if (missing.target != null && !missing.target.isEmpty()) {
            why.append(" with ").append(missing.target);
        }
        for (ComponentDescriptionDTO provider : providersOf(contract)) {
            if (!visited.add(provider.name)) {
                why.append(", which waits for this component in turn");
                return "Break the circle: one of the two references must be optional.";
            }
            Optional<ComponentConfigurationDTO> next = components.getComponentConfigurationDTOs(provider).stream()
                    .filter(s -> s.state == ComponentConfigurationDTO.UNSATISFIED_REFERENCE)
                    .findFirst();
            if (next.isPresent()) {
                why.append(", and its provider ").append(provider.name).append(" is not active: ");
                return follow(provider, next.get(), visited, why);
            }
            Optional<Finding> finding = component(provider);
            if (finding.isPresent()) {
                why.append(", and its provider ")
                        .append(provider.name)
                        .append(" is not active: ")
                        .append(finding.get().why());
                return finding.get().remedy();
            }
        }
        why.append(", and ").append(uninstalledProvider(contract));
        return contract.endsWith("Backend")
                ? "Install the platform fragment of " + description.bundle.symbolicName + " for this system."
                : "Install and start the bundle that provides it; bundles that are not active are listed by diag.";
    }

    private List<ComponentDescriptionDTO> providersOf(String contract) {
        return components.getComponentDescriptionDTOs().stream()
                .filter(description ->
                        Arrays.asList(description.serviceInterfaces).contains(contract))
                .toList();
    }

    private String uninstalledProvider(String contract) {
        if (contract.endsWith("Backend")) {
            return "no fragment for this platform provides one";
        }
        String stopped = Arrays.stream(context.getBundles())
                .filter(bundle -> BundleState.finding(context, bundle)
                        .filter(finding -> finding.level() == Finding.Level.PROBLEM)
                        .isPresent())
                .map(Bundle::getSymbolicName)
                .filter(name -> name != null && name.startsWith("io.sluice."))
                .collect(Collectors.joining(", "));
        return "no active bundle provides one" + (stopped.isEmpty() ? "" : " (not active: " + stopped + ")");
    }

    private static String simple(String contract) {
        return contract.substring(contract.lastIndexOf('.') + 1);
    }

    /** From a stack trace the first exception that is not reflection's wrapper: the one whose message the component wrote. */
    private static String reason(String failure) {
        if (failure == null || failure.isBlank()) {
            return "no reason is known";
        }
        return failure.lines()
                .map(String::strip)
                .filter(line -> !line.startsWith("at ") && !line.startsWith("... "))
                .map(line -> withoutPrefix(line, "Caused by: "))
                .filter(line -> !line.startsWith(InvocationTargetException.class.getName()))
                .findFirst()
                .map(line -> withoutPrefix(line, IOException.class.getName() + ": "))
                .orElse("no reason is known");
    }

    private static String withoutPrefix(String text, String prefix) {
        return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
    }
}

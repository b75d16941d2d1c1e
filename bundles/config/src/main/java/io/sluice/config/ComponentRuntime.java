package io.sluice.config;

import io.sluice.config.engine.Component;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/** Asks Declarative Services whether a configuration has become a component, and if not, why not. */
final class ComponentRuntime {

    private static final String CAUSED_BY = "Caused by: ";

    private final Supplier<Optional<ServiceComponentRuntime>> runtime;

    ComponentRuntime(Supplier<Optional<ServiceComponentRuntime>> runtime) {
        this.runtime = runtime;
    }

    /**
     * Why a component is not active.
     *
     * @param why in one sentence
     * @param over whether it has failed, and so will not become active without being touched
     */
    record Inactive(String why, boolean over) {

        private static Optional<Inactive> waiting(String why) {
            return Optional.of(new Inactive(why, false));
        }
    }

    /** Empty if it is active (or can be, at its first use), or if there is nobody to ask. */
    Optional<Inactive> whyNotActive(Component component) {
        Optional<ServiceComponentRuntime> scr = runtime.get();
        if (scr.isEmpty()) {
            return Optional.empty();
        }
        Optional<ComponentDescriptionDTO> description = scr.get().getComponentDescriptionDTOs().stream()
                .filter(d -> Arrays.asList(d.configurationPid).contains(component.factory()))
                .findFirst();
        if (description.isEmpty()) {
            return Inactive.waiting("no bundle that is active here provides " + component.factory() + ".");
        }
        return scr.get().getComponentConfigurationDTOs(description.get()).stream()
                .filter(c -> carries(c, component))
                .findFirst()
                .map(c -> why(c, description.get().immediate))
                .orElse(Inactive.waiting("the component has not taken the configuration over."));
    }

    private static boolean carries(ComponentConfigurationDTO configuration, Component component) {
        Map<String, Object> actual = configuration.properties;
        Object pid = actual.get(Constants.SERVICE_PID);
        boolean same = component.pid().equals(pid)
                || (pid instanceof String[] pids && Arrays.asList(pids).contains(component.pid()));
        return same
                && component.properties().entrySet().stream()
                        .allMatch(e -> Objects.deepEquals(e.getValue(), actual.get(e.getKey())));
    }

    /** @param immediate whether it is activated without being asked for: then being satisfied is but a moment on the way */
    private static Optional<Inactive> why(ComponentConfigurationDTO configuration, boolean immediate) {
        return switch (configuration.state) {
            case ComponentConfigurationDTO.ACTIVE -> Optional.empty();
            case ComponentConfigurationDTO.SATISFIED ->
                immediate ? Inactive.waiting("it is still being activated.") : Optional.empty();
            case ComponentConfigurationDTO.FAILED_ACTIVATION ->
                Optional.of(new Inactive("it failed: " + cause(configuration.failure), true));
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
                Inactive.waiting("it waits for "
                        + Arrays.stream(configuration.unsatisfiedReferences)
                                .map(ComponentRuntime::reference)
                                .collect(Collectors.joining(", "))
                        + ".");
            default -> Inactive.waiting("it is in state " + configuration.state + ".");
        };
    }

    private static String reference(UnsatisfiedReferenceDTO reference) {
        return reference.name + (reference.target == null ? "" : " " + reference.target);
    }

    /**
     * The first exception of a stack trace that is not reflection's wrapper is the one whose message the component wrote; the trace itself
     * is in the log.
     */
    private static String cause(String failure) {
        if (failure == null) {
            return "see the log.";
        }
        return failure.lines()
                .filter(line -> !line.startsWith("\t") && !line.startsWith(InvocationTargetException.class.getName()))
                .map(line -> line.startsWith(CAUSED_BY) ? line.substring(CAUSED_BY.length()) : line)
                .findFirst()
                .orElse("see the log.");
    }
}

package io.sluice.itest;

import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowTable;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.tunnel.TunnelController;
import io.sluice.api.tunnel.TunnelState;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** The appliance around this test bundle, as its operator sees it: bundles, components, services. Holds no service between calls. */
final class Appliance {

    /** Generous: the machine may be building something else. */
    static final Duration PATIENCE = Duration.ofSeconds(120);

    interface Use<S, R> {
        R with(S service) throws Exception;
    }

    private final BundleContext context;

    Appliance(BundleContext context) {
        this.context = context;
    }

    List<Bundle> bundles() {
        return Arrays.asList(context.getBundles());
    }

    Bundle bundle(String name) {
        return bundles().stream()
                .filter(b -> name.equals(b.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + name));
    }

    static boolean isFragment(Bundle bundle) {
        return bundle.getHeaders("").get(Constants.FRAGMENT_HOST) != null;
    }

    <S, R> R use(Class<S> type, Use<S, R> use) throws Exception {
        ServiceReference<S> reference = context.getServiceReference(type);
        S service = reference == null ? null : context.getService(reference);
        if (service == null) {
            throw new AssertionError("no service " + type.getName());
        }
        try {
            return use.with(service);
        } finally {
            context.ungetService(reference);
        }
    }

    boolean has(Class<?> type) {
        return context.getServiceReference(type) != null;
    }

    List<FlowSnapshot> recentFlows() throws Exception {
        return use(FlowTable.class, FlowTable::recent);
    }

    Optional<FlowSnapshot> flowOf(int clientPort, int serverPort) throws Exception {
        return use(
                FlowTable.class,
                table -> table.live().stream()
                        .filter(flow -> flow.source().source().getPort() == clientPort
                                && flow.source().destination().getPort() == serverPort)
                        .findFirst());
    }

    /** What an outbound says of itself. */
    String outbound(String tag) throws Exception {
        ServiceReference<Outbound> reference = context.getServiceReferences(
                        Outbound.class, "(" + Outbound.TAG + "=" + tag + ")")
                .iterator()
                .next();
        try {
            return context.getService(reference).description();
        } finally {
            context.ungetService(reference);
        }
    }

    boolean connected() {
        try {
            return has(TunnelController.class)
                    && use(TunnelController.class, TunnelController::status).state() == TunnelState.CONNECTED;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Every component configuration and whether it is at work: {@code bundle/component/tag -> satisfied | what else}. */
    Map<String, String> components() {
        try {
            return use(ServiceComponentRuntime.class, runtime -> {
                Map<String, String> all = new TreeMap<>();
                for (ComponentDescriptionDTO description : runtime.getComponentDescriptionDTOs()) {
                    String name = description.bundle.symbolicName + "/" + description.name;
                    List<ComponentConfigurationDTO> configurations =
                            new ArrayList<>(runtime.getComponentConfigurationDTOs(description));
                    if (configurations.isEmpty()) {
                        all.put(name, "without configuration");
                    }
                    for (ComponentConfigurationDTO configuration : configurations) {
                        all.put(name + tag(configuration), state(description, configuration));
                    }
                }
                return all;
            });
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String tag(ComponentConfigurationDTO configuration) {
        Object tag = configuration.properties.getOrDefault("outbound.tag", configuration.properties.get("inbound.tag"));
        return tag == null ? "" : "/" + tag;
    }

    /** An immediate component is at work when it is active; a delayed one may stay satisfied for ever, for nobody asks for it. */
    private static String state(ComponentDescriptionDTO description, ComponentConfigurationDTO configuration) {
        return switch (configuration.state) {
            case ComponentConfigurationDTO.SATISFIED -> description.immediate ? "being activated" : "satisfied";
            case ComponentConfigurationDTO.ACTIVE -> "satisfied";
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION -> "without configuration";
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
                "without "
                        + Arrays.stream(configuration.unsatisfiedReferences)
                                .map(reference -> reference.name)
                                .toList();
            default -> "failed: " + configuration.failure;
        };
    }

    /** The lines of {@code sluice diag} with this text, by the console: its contract is a package of a bundle that this test does not import. */
    List<String> diagnosis(String text) throws Exception {
        ServiceReference<?> reference =
                context.getServiceReference("org.apache.felix.service.command.CommandProcessor");
        Object processor = context.getService(reference);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (AutoCloseable session = (AutoCloseable) processor
                .getClass()
                .getMethod("createSession", InputStream.class, OutputStream.class, OutputStream.class)
                .invoke(processor, InputStream.nullInputStream(), printed, printed)) {
            session.getClass().getMethod("execute", CharSequence.class).invoke(session, "sluice:diag");
        } finally {
            context.ungetService(reference);
        }
        return printed.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(text))
                .toList();
    }

    /**
     * Updates the bundles in place with the same jar and refreshes them, as an operator does by {@code felix:update} and
     * {@code felix:refresh}; then waits until every component is what it was.
     *
     * @return until all were back
     */
    Duration swap(String... names) throws BundleException, InterruptedException {
        Map<String, String> before = components();
        long start = System.nanoTime();
        List<Bundle> swapped = Arrays.stream(names).map(this::bundle).toList();
        for (Bundle bundle : swapped) {
            bundle.update();
        }
        refresh(swapped);
        await(
                "every component is back after the swap of " + Arrays.toString(names),
                () -> components().equals(before),
                () -> difference(before));
        return Duration.ofNanos(System.nanoTime() - start);
    }

    String difference(Map<String, String> before) {
        Map<String, String> now = components();
        Map<String, String> left = new TreeMap<>(before);
        left.entrySet().removeIf(e -> e.getValue().equals(now.get(e.getKey())));
        left.replaceAll((name, state) -> state + " became " + now.get(name));
        return left.toString();
    }

    void refresh(List<Bundle> bundles) throws InterruptedException {
        CountDownLatch refreshed = new CountDownLatch(1);
        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
                .adapt(FrameworkWiring.class)
                .refreshBundles(bundles, event -> {
                    if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                        refreshed.countDown();
                    }
                });
        if (!refreshed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the refresh of " + bundles + " did not end");
        }
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        await(what, condition, () -> "");
    }

    static void await(String what, BooleanSupplier condition, Supplier<String> instead) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + PATIENCE + ": " + what + " " + instead.get());
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}

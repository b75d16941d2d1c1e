package io.sluice.config;

import io.sluice.api.config.ConfigException;
import io.sluice.api.config.ConfigStore;
import io.sluice.api.config.Generation;
import io.sluice.api.config.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** The configuration as a service. When it goes away, everything that it configured stays in force. */
@Component(service = ConfigStore.class, immediate = true)
public final class ConfigComponent implements ConfigStore {

    /** What is not active then is named: a cold start on a slow box takes some ten seconds. */
    private static final Duration STARTED = Duration.ofSeconds(30);

    private final ConfigService service;
    private final ServiceRegistration<ConfigurationListener> listening;
    private final Thread watcher;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile ServiceComponentRuntime runtime;

    @Activate
    public ConfigComponent(BundleContext bundle, @Reference ConfigurationAdmin admin) {
        Path file = folder(bundle, "sluice.etc").resolve("sluice.json");
        Generations generations = new Generations(folder(bundle, "sluice.data").resolve("config"));
        ComponentRuntime components = new ComponentRuntime(() -> Optional.ofNullable(runtime));
        Delivery delivery = new Delivery(admin);
        listening = bundle.registerService(ConfigurationListener.class, delivery, null);
        service = new ConfigService(
                file, generations, new ConfigAdminInstaller(admin, components, delivery), InstantSource.system());
        service.startUp();
        watcher = Thread.ofVirtual().name("sluice-config-start").start(this::nameInactive);
    }

    private void nameInactive() {
        try {
            service.nameInactive(STARTED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the room stops
        }
    }

    @Deactivate
    void deactivate() {
        watcher.interrupt();
        listening.unregister();
    }

    /** A framework without the appliance's folders (a test) uses the bundle's own. */
    private static Path folder(BundleContext bundle, String property) {
        String folder = bundle.getProperty(property);
        return folder == null ? bundle.getDataFile("").toPath() : Path.of(folder);
    }

    @Override
    public List<Problem> check(String text, String name) {
        return service.check(text, name);
    }

    @Override
    public List<String> plan(String text) throws ConfigException {
        return service.plan(text);
    }

    @Override
    public Generation apply(String text, String author, String note) throws ConfigException {
        return service.apply(text, author, note);
    }

    @Override
    public String text() {
        return service.text();
    }

    @Override
    public Optional<Generation> current() {
        return service.current();
    }

    @Override
    public List<Generation> history() {
        return service.history();
    }

    @Override
    public Optional<String> text(int generation) {
        return service.text(generation);
    }

    @Override
    public Generation rollBack(int generation, String author) throws ConfigException {
        return service.rollBack(generation, author);
    }
}

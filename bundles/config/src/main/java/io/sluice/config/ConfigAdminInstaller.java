package io.sluice.config;

import io.sluice.config.engine.Component;
import io.sluice.config.engine.Plan;
import io.sluice.config.engine.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Components as configurations of Configuration Admin; whether they are active is asked of the component runtime, where there is one. */
final class ConfigAdminInstaller implements Installer {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigAdminInstaller.class);

    /** Any bundle may have the configuration (Configuration Admin 1.6, 104.4.1). */
    private static final String ANY_LOCATION = "?";

    /** Until the second look: a component becomes active within milliseconds. Every further look comes after twice the time. */
    private static final Duration FIRST_LOOK = Duration.ofMillis(10);

    /** Looking costs a millisecond or so, for every component is described; this keeps it far below one percent of a processor. */
    private static final Duration LAST_LOOK = Duration.ofMillis(500);

    private final ConfigurationAdmin admin;
    private final ComponentRuntime runtime;
    private final Delivery delivery;

    ConfigAdminInstaller(ConfigurationAdmin admin, ComponentRuntime runtime, Delivery delivery) {
        this.admin = admin;
        this.runtime = runtime;
        this.delivery = delivery;
    }

    @Override
    public Collection<Component> inForce() throws IOException {
        List<Component> components = new ArrayList<>();
        for (Configuration configuration : configurations()) {
            components.add(component(configuration));
        }
        return components;
    }

    private List<Configuration> configurations() throws IOException {
        try {
            Configuration[] all = admin.listConfigurations(null);
            return all == null
                    ? List.of()
                    : List.of(all).stream()
                            .filter(c -> Stage.manages(c.getPid()))
                            .toList();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Component component(Configuration configuration) {
        Map<String, Object> properties = new HashMap<>();
        Dictionary<String, Object> dictionary = configuration.getProperties();
        if (dictionary != null) {
            for (String key : java.util.Collections.list(dictionary.keys())) {
                properties.put(key, dictionary.get(key));
            }
        }
        properties.remove(Constants.SERVICE_PID);
        properties.remove(ConfigurationAdmin.SERVICE_FACTORYPID);
        properties.remove(ConfigurationAdmin.SERVICE_BUNDLELOCATION);
        String pid = configuration.getPid();
        String factory = configuration.getFactoryPid();
        return factory == null
                ? new Component(pid, Optional.empty(), properties)
                : new Component(factory, Optional.of(pid.substring(pid.indexOf('~') + 1)), properties);
    }

    @Override
    public void carryOut(Plan plan) throws IOException {
        for (Plan.Step step : plan.steps()) {
            if (step.removes()) {
                remove(step.component());
            } else {
                put(step.component());
            }
        }
    }

    private void put(Component component) throws IOException {
        Configuration configuration = component.name().isPresent()
                ? admin.getFactoryConfiguration(
                        component.factory(), component.name().get(), ANY_LOCATION)
                : admin.getConfiguration(component.factory(), ANY_LOCATION);
        configuration.update(new Hashtable<>(component.properties()));
        LOG.debug("configured {}", component);
    }

    private void remove(Component component) throws IOException {
        for (Configuration configuration : configurations()) {
            if (configuration.getPid().equals(component.pid())) {
                configuration.delete();
                LOG.debug("removed {}", component.pid());
            }
        }
    }

    @Override
    public Map<Component, String> awaitActive(Collection<Component> components, Duration limit)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        if (!delivery.await(limit)) {
            Map<Component, String> all = new LinkedHashMap<>();
            components.forEach(c -> all.put(c, "its change has not been worked off in " + limit.toSeconds() + " s."));
            return all;
        }
        Duration look = FIRST_LOOK;
        while (true) {
            Map<Component, String> inactive = new LinkedHashMap<>();
            boolean waiting = false;
            for (Component component : components) {
                Optional<ComponentRuntime.Inactive> found = runtime.whyNotActive(component);
                if (found.isPresent()) {
                    inactive.put(component, found.get().why());
                    waiting |= !found.get().over();
                }
            }
            if (!waiting || System.nanoTime() - deadline >= 0) {
                return inactive;
            }
            Thread.sleep(look);
            Duration longer = look.multipliedBy(2);
            look = longer.compareTo(LAST_LOOK) < 0 ? longer : LAST_LOOK;
        }
    }
}

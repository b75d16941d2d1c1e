package io.sluice.config;

import io.sluice.config.engine.Component;
import io.sluice.config.engine.Plan;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Keeps components in memory, notes what is touched, and fails where it is told to. */
final class FakeInstaller implements Installer {

    final Map<String, Component> components = new TreeMap<>();
    final List<String> touched = new ArrayList<>();
    final Map<String, String> failing = new HashMap<>();
    final Set<String> failingOnce = new HashSet<>();
    String refusing = "";
    String breaking = "";

    @Override
    public Collection<Component> inForce() {
        return List.copyOf(components.values());
    }

    @Override
    public void carryOut(Plan plan) throws IOException {
        for (Plan.Step step : plan.steps()) {
            Component component = step.component();
            if (step.removes()) {
                touched.add("remove " + component.pid());
                components.remove(component.pid());
            } else {
                put(component);
            }
        }
    }

    private void put(Component component) throws IOException {
        if (component.pid().equals(refusing)) {
            refusing = "";
            throw new IOException("No space left on device");
        }
        if (component.pid().equals(breaking)) {
            breaking = "";
            throw new IllegalStateException("the service has been unregistered");
        }
        touched.add("put " + component.pid());
        components.put(component.pid(), component);
    }

    @Override
    public Map<Component, String> awaitActive(Collection<Component> wanted, Duration limit) {
        Map<Component, String> waiting = new HashMap<>();
        wanted.stream().filter(c -> failingOnce.remove(c.pid())).forEach(c -> waiting.put(c, "it failed."));
        wanted.stream().filter(c -> failing.containsKey(c.pid())).forEach(c -> waiting.put(c, failing.get(c.pid())));
        return waiting;
    }
}

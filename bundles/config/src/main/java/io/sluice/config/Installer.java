package io.sluice.config;

import io.sluice.config.engine.Component;
import io.sluice.config.engine.Plan;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;

/** Brings components into effect. */
interface Installer {

    /** What is in force now, of all that the configuration file decides about. */
    Collection<Component> inForce() throws IOException;

    /** Touches what the plan names, in its order, and nothing else. */
    void carryOut(Plan plan) throws IOException;

    /**
     * Waits until the components are active with their new properties, or have failed: that is final until they are touched again.
     *
     * @return those that are not when the time is over, and why, each in one sentence
     */
    Map<Component, String> awaitActive(Collection<Component> components, Duration limit)
            throws IOException, InterruptedException;
}

package io.sluice.launcher;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** A bundle that ends the process from a thread of its own, as if all were well. */
public final class LeavingActivator implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        Thread.ofPlatform().start(() -> System.exit(0));
    }

    @Override
    public void stop(BundleContext context) {
        // Its thread waits for the end of the process already.
    }
}

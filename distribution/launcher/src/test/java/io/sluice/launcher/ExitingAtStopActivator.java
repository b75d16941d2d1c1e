package io.sluice.launcher;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** A bundle that ends the process from within its stop. */
public final class ExitingAtStopActivator implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        // Only its stop is of interest.
    }

    @Override
    public void stop(BundleContext context) {
        System.exit(3);
    }
}

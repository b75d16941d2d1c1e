package io.sluice.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** A bundle that leaves a file {@code noted} in the data directory when it is stopped. */
public final class NotingActivator implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        // Only its stop is of interest.
    }

    @Override
    public void stop(BundleContext context) throws IOException {
        Files.createFile(Path.of(context.getProperty("sluice.data"), "noted"));
    }
}

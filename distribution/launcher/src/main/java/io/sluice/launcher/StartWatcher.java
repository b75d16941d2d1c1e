package io.sluice.launcher;

import java.util.function.Consumer;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/** Says which bundle is being started, before it is. */
record StartWatcher(Consumer<String> doing) implements SynchronousBundleListener {

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STARTING && event.getBundle().getBundleId() != 0) {
            doing.accept("while " + BundleSet.name(event.getBundle()) + " was being started");
        }
    }
}

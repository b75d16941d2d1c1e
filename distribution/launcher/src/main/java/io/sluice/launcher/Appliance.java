package io.sluice.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.service.log.LogService;
import org.osgi.service.log.LoggerFactory;
import org.slf4j.Logger;

/**
 * One framework with the planned bundles in it, from storage to stop.
 *
 * <p>Theory of operation: {@link #install} → {@link #start} → ({@link #waitForStop} | {@link #stop}). Installing resolves but
 * starts nothing. Starting raises the framework to the highest start level of the plan on a thread of its own, because a
 * bundle may hang in its activation; after the start timeout the caller goes on and names that bundle.
 */
final class Appliance {
    private static final Logger LOG = org.slf4j.LoggerFactory.getLogger(Appliance.class);

    /** Ours: how often a stop that is not over is looked at for a bundle that hangs it by ending the process. */
    private static final Duration LOOK = Duration.ofMillis(500);

    private final BundlePlan plan;
    private final BundleSetStamp stamp;
    private final Path cache;
    private final Framework framework;
    private final StopWatcher stopWatcher = new StopWatcher();
    private BundleSet bundles;

    /** @param property looks a system property up, null where it is not set */
    Appliance(Directories directories, BundlePlan plan, LaunchConfig config, Function<String, String> property)
            throws LaunchException {
        this.plan = plan;
        stamp = BundleSetStamp.of(plan, directories.data());
        cache = directories.cache();
        Map<String, Object> properties = new HashMap<>(config.framework());
        properties.put("sluice.home", directories.home().toString());
        properties.put("sluice.etc", directories.etc().toString());
        properties.put("sluice.data", directories.data().toString());
        properties.put("sluice.log", directories.log().toString());
        boolean console = Boolean.parseBoolean(property.apply("sluice.console"));
        properties.put("sluice.console", Boolean.toString(console));
        if (!console) {
            // Without it gosh reads standard input and ends the framework at its end.
            properties.put("gosh.args", "--nointeractive");
        }
        properties.put(Constants.FRAMEWORK_STORAGE, cache.toString());
        properties.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(plan.highestStartLevel()));
        properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, logPackages());
        properties.put("felix.log.logger", new FelixLog());
        if (!stamp.matches()) {
            properties.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        }
        // Felix takes any value here (its logger, for one), the OSGi signature says strings.
        @SuppressWarnings({"unchecked", "rawtypes"})
        Framework felix = new org.apache.felix.framework.FrameworkFactory().newFramework((Map) properties);
        framework = felix;
    }

    /** SLF4J under both versions that slf4j-api itself exports: bundles built for 1.7 resolve too. */
    private static String logPackages() {
        String slf4j = Logger.class.getPackage().getImplementationVersion();
        return "org.slf4j;org.slf4j.event;org.slf4j.helpers;org.slf4j.spi;version=" + slf4j
                + ",org.slf4j;org.slf4j.helpers;org.slf4j.spi;version=1.7.36"
                + ",org.osgi.service.log;version=1.5";
    }

    void install() throws LaunchException {
        try {
            if (!stamp.matches()) {
                stamp.clear();
            }
            framework.init();
            makePrivate(cache);
            BundleContext system = framework.getBundleContext();
            system.registerService(
                    new String[] {LogService.class.getName(), LoggerFactory.class.getName()}, new OsgiLog(), null);
            bundles = new BundleSet(system);
            system.addFrameworkListener(bundles::note);
            system.addBundleListener(stopWatcher);
            bundles.install(plan);
            writeStamp();
        } catch (BundleException | IOException e) {
            throw LaunchException.failed(
                    "The framework cannot be set up: " + e.getMessage()
                            + ". Look at the log; deleting the 'cache' directory below data is always safe.",
                    e);
        }
    }

    /** The configuration service keeps passwords below it, in files that everybody may read. */
    private static void makePrivate(Path directory) throws IOException {
        if (Files.getFileAttributeView(directory, PosixFileAttributeView.class) != null) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    /** Without a stamp the next start fills the storage anew, which is slower and otherwise the same. */
    private void writeStamp() {
        if (stamp.matches()) {
            return;
        }
        try {
            stamp.write();
        } catch (IOException e) {
            LOG.warn("The stamp of the bundle storage cannot be written: {}", e.toString());
        }
    }

    /**
     * Raises the start level and waits for it, at most {@code timeout}.
     *
     * @return one sentence for every bundle that is not at work; empty where the set is complete
     */
    List<String> start(Duration timeout) throws LaunchException, InterruptedException {
        AtomicReference<BundleException> failure = new AtomicReference<>();
        Thread starter = Thread.ofPlatform().name("sluice-start").start(() -> {
            try {
                framework.start();
            } catch (BundleException e) {
                failure.set(e);
            }
        });
        starter.join(timeout);
        if (failure.get() != null) {
            throw LaunchException.failed(
                    "The framework does not start: " + failure.get().getMessage(), failure.get());
        }
        return bundles.shortfalls();
    }

    /** "58 bundles, 2 of them for other platforms". */
    String size() {
        long others = bundles.forOtherPlatforms();
        return bundles.size() + " bundles" + (others == 0 ? "" : ", " + others + " of them for other platforms");
    }

    String wires() {
        return WireList.of(framework.getBundleContext().getBundles());
    }

    /** Says of every bundle that it is about to be started; to be called between {@link #install} and {@link #start}. */
    void watchStarts(Consumer<String> doing) {
        framework.getBundleContext().addBundleListener(new StartWatcher(doing));
    }

    /** @return whether the framework ended within this time, for whatever reason */
    boolean endsWithin(Duration time) throws InterruptedException {
        return framework.waitForStop(time.toMillis()).getType() != FrameworkEvent.WAIT_TIMEDOUT;
    }

    /** Blocks until the framework ended, for whatever reason. */
    ExitCode waitForStop() throws InterruptedException {
        return switch (framework.waitForStop(0).getType()) {
            case FrameworkEvent.STOPPED -> ExitCode.OK;
            case FrameworkEvent.ERROR -> ExitCode.FAILURE;
            default -> ExitCode.RESTART;
        };
    }

    /**
     * Stops the bundles from the highest start level down, then the framework.
     *
     * @return false where {@code timeout} passed first, and the log names the bundle that hangs; or where a bundle has ended the process from within its own
     *     start or stop, and the framework cannot
     */
    boolean stop(Duration timeout) throws InterruptedException {
        Optional<String> exit = StopWatcher.exit();
        if (exit.isPresent()) {
            stopOthers(exit.get(), timeout);
            return false;
        }
        try {
            framework.stop();
        } catch (BundleException e) {
            LOG.error("The framework does not stop", e);
            return false;
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        while (framework.waitForStop(LOOK.toMillis()).getType() == FrameworkEvent.WAIT_TIMEDOUT) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            exit = StopWatcher.exit();
            if (exit.isPresent()) {
                stopOthers(exit.get(), left);
                return false;
            }
            if (!left.isPositive()) {
                LOG.error(
                        "After {} s these bundles have not stopped: {}. The process ends without them.\n{}",
                        timeout.toSeconds(),
                        stopWatcher.hanging(),
                        StopWatcher.stacks());
                return false;
            }
        }
        return true;
    }

    /** {@code System.exit} does not return, so its caller keeps the lock of its bundle for good, for which the framework's own stop would wait. */
    private void stopOthers(String exit, Duration timeout) throws InterruptedException {
        Map<Boolean, List<Bundle>> byCaller = Arrays.stream(
                        framework.getBundleContext().getBundles())
                .filter(bundle -> bundle.getBundleId() != Constants.SYSTEM_BUNDLE_ID)
                .collect(Collectors.partitioningBy(StopWatcher::isBetweenStates));
        LOG.error(
                "A bundle has called System.exit: {}. The others are stopped.\n{}",
                byCaller.get(true).stream().map(BundleSet::name).collect(Collectors.joining(", ")),
                exit);
        Thread stopper = Thread.ofPlatform()
                .daemon()
                .name("sluice-stop-others")
                .start(() -> BundleSet.stop(byCaller.get(false)));
        if (!stopper.join(timeout)) {
            LOG.error("After {} s these bundles have not stopped: {}.", timeout.toSeconds(), stopWatcher.hanging());
        }
    }
}

package io.sluice.launcher;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of the process, run as the JVM's shutdown hook for SIGTERM, SIGINT and a framework that ended by itself alike:
 * stop the bundles within a bound, release the data directory, close the log, end with the right exit code.
 *
 * <p>It ends with {@code halt}, because after a signal the JVM would otherwise report 143 for an orderly stop, and because no
 * hook of a bundle that hangs may keep the process.
 */
final class Shutdown implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    private final Appliance appliance;
    private final Duration timeout;
    private final StateFile state;
    private final FailedStarts starts;
    private final DataLock lock;
    private volatile boolean begun;
    private volatile ExitCode exitCode = ExitCode.OK;

    Shutdown(Appliance appliance, Duration timeout, StateFile state, FailedStarts starts, DataLock lock) {
        this.appliance = appliance;
        this.timeout = timeout;
        this.state = state;
        this.starts = starts;
        this.lock = lock;
    }

    boolean begun() {
        return begun;
    }

    /** Says why the framework ended where nobody sent a signal. */
    void endsWith(ExitCode code) {
        exitCode = code;
    }

    @Override
    public void run() {
        begun = true;
        long start = System.nanoTime();
        boolean wished = !StopWatcher.exitedByBundle() && exitCode != ExitCode.FAILURE;
        if (wished) {
            starts.clear();
        }
        state.write(StateFile.State.STOPPING, List.of());
        ExitCode code = stopped() && wished ? exitCode : ExitCode.FAILURE;
        LOG.info("Stopped after {} ms", (System.nanoTime() - start) / 1_000_000);
        state.write(StateFile.State.STOPPED, List.of());
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("The lock of the data directory is released only by the end of the process: {}", e.toString());
        }
        LogFiles.close();
        Runtime.getRuntime().halt(code.value());
    }

    private boolean stopped() {
        try {
            return appliance.stop(timeout);
        } catch (InterruptedException e) {
            return false;
        }
    }
}

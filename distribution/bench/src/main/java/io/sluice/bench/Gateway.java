package io.sluice.bench;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A contender that runs, or nothing at all where the path without a gateway is measured. */
final class Gateway implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 15;

    private final Site site;
    private final Optional<Process> process;
    private final String device;
    private final Path log;

    Gateway(Site site, Optional<Process> process, String device, Path log) {
        this.site = site;
        this.process = process;
        this.device = device;
        this.log = log;
    }

    /** Seconds of CPU so far. */
    double cpuSeconds() {
        return process.map(p -> SystemFiles.cpuSeconds(p.toHandle())).orElse(0.0);
    }

    double residentMib() {
        return process.map(p -> SystemFiles.residentMib(p.toHandle())).orElse(0.0);
    }

    boolean isAlive() {
        return process.map(Process::isAlive).orElse(true);
    }

    Path log() {
        return log;
    }

    @Override
    public void close() {
        process.ifPresent(running -> {
            running.destroy();
            try {
                if (!running.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    running.descendants().forEach(ProcessHandle::destroyForcibly);
                    running.destroyForcibly();
                }
            } catch (InterruptedException e) {
                running.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        });
        site.clear(device);
    }
}

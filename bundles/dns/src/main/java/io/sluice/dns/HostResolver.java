package io.sluice.dns;

import io.sluice.api.dns.HostDns;
import io.sluice.api.dns.HostDnsException;
import io.sluice.api.dns.HostDnsSettings;
import io.sluice.api.dns.HostDnsStatus;
import io.sluice.dns.engine.ReapplyPace;
import io.sluice.dns.spi.HostDnsBackend;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets the resolver over the platform's backend, and watches it while something is set. Deactivation leaves the settings for the successor.
 *
 * <p>Own state: what is set, under the monitor. The watcher is a thread that lives from {@code set} to {@code cleanUp}; it waits outside the monitor and
 * looks, and mends, inside it.
 */
@Component(service = HostDns.class)
public final class HostResolver implements HostDns {

    private static final Logger LOG = LoggerFactory.getLogger(HostResolver.class);

    private final HostDnsBackend backend;
    private Optional<Thread> watcher = Optional.empty();
    private ReapplyPace pace = new ReapplyPace(System.nanoTime());
    private volatile HostDnsStatus status;

    @Activate
    public HostResolver(@Reference HostDnsBackend backend) {
        this.backend = backend;
        this.status = own();
    }

    private HostDnsStatus own() {
        return new HostDnsStatus(backend.manager(), Optional.empty(), 0, Optional.empty());
    }

    @Override
    public synchronized void set(HostDnsSettings settings) throws HostDnsException {
        if (status.settings().equals(Optional.of(settings)) && backend.holds(settings)) {
            return;
        }
        backend.apply(settings);
        boolean fresh = !status.settings().equals(Optional.of(settings));
        if (fresh) {
            pace = new ReapplyPace(System.nanoTime());
        }
        status = new HostDnsStatus(
                backend.manager(), Optional.of(settings), fresh ? 0 : status.reapplied(), Optional.empty());
        LOG.info("the host asks {} now, by {}", settings.servers(), status.manager());
        if (watcher.isEmpty()) {
            watcher = Optional.of(Thread.ofVirtual().name("sluice-host-dns").start(this::watch));
        }
    }

    @Override
    public synchronized boolean cleanUp() throws HostDnsException {
        stopWatching();
        boolean given = backend.restore();
        status = own();
        if (given) {
            LOG.info("the host has its own resolver back");
        }
        return given;
    }

    @Override
    public HostDnsStatus status() {
        return status;
    }

    @Deactivate
    synchronized void deactivate() {
        stopWatching();
    }

    private void stopWatching() {
        watcher.ifPresent(Thread::interrupt);
        watcher = Optional.empty();
    }

    private void watch() {
        try {
            while (true) {
                backend.awaitChange();
                if (!look()) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sets it again if it is not as it was set. Returns false once another thread, or none, is to watch. */
    private synchronized boolean look() {
        if (watcher.filter(w -> w == Thread.currentThread()).isEmpty()) {
            return false;
        }
        HostDnsSettings settings = status.settings().orElseThrow();
        try {
            if (backend.holds(settings)) {
                problem(Optional.empty());
            } else if (pace.take(System.nanoTime())) {
                backend.apply(settings);
                status = new HostDnsStatus(
                        backend.manager(), status.settings(), status.reapplied() + 1, Optional.empty());
                LOG.warn("somebody changed the host's resolver; it is set again ({} times so far)", status.reapplied());
            } else {
                problem(Optional.of("another service of this host keeps overwriting its resolver: find out which, and"
                        + " tell it to leave the resolver alone"));
            }
        } catch (HostDnsException e) {
            problem(Optional.of(e.getMessage()));
        }
        return true;
    }

    private void problem(Optional<String> sentence) {
        if (!status.problem().equals(sentence)) {
            sentence.ifPresent(s -> LOG.warn("the host's resolver is not as set: {}", s));
            status = new HostDnsStatus(status.manager(), status.settings(), status.reapplied(), sentence);
        }
    }
}

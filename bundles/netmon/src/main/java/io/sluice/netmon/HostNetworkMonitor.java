package io.sluice.netmon;

import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkListener;
import io.sluice.api.netmon.NetworkMonitor;
import io.sluice.api.netmon.NetworkState;
import io.sluice.netmon.engine.Event;
import io.sluice.netmon.engine.MonitorEngine;
import io.sluice.netmon.spi.Announcements;
import io.sluice.netmon.spi.NetworkBackend;
import io.sluice.netmon.spi.Reading;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The monitor as a service: one thread that waits for announcements, looks, and posts events to mailboxes. */
@Component(service = NetworkMonitor.class, immediate = true)
public final class HostNetworkMonitor implements NetworkMonitor {

    private static final Logger LOG = LoggerFactory.getLogger(HostNetworkMonitor.class);

    private final Optional<NetworkBackend> backend;
    private final MonitorEngine engine;
    private final Map<NetworkListener, Mailbox> mailboxes = new ConcurrentHashMap<>();
    private final Thread thread;
    private final boolean wallClock;
    private Optional<NetworkBackend.Watch> watch = Optional.empty();
    private boolean closed;

    /** Said once, until it is over. */
    private boolean unwatched;

    private boolean unread;

    /** Guards the engine, the mailboxes' order, and what the thread waits for. */
    private final Object lock = new Object();

    @Activate
    public HostNetworkMonitor(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    NetworkBackend backend) {
        this.backend = Optional.ofNullable(backend);
        this.wallClock = uptime().isEmpty();
        this.engine = new MonitorEngine(System.nanoTime(), elapsed().orElseThrow(), true);
        openWatch();
        look();
        this.thread = Thread.ofPlatform().name("sluice-netmon").daemon().start(this::run);
    }

    @Deactivate
    void deactivate() throws InterruptedException {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        thread.join();
        watch.ifPresent(NetworkBackend.Watch::close);
        mailboxes.values().forEach(Mailbox::close);
    }

    /** Always the same clock, for two are not comparable; nothing when it cannot be read this time. */
    private Optional<Duration> elapsed() {
        return wallClock ? Optional.of(Duration.ofMillis(System.currentTimeMillis())) : uptime();
    }

    private Optional<Duration> uptime() {
        try {
            return backend.isPresent() ? Optional.of(backend.get().uptime()) : Optional.empty();
        } catch (IOException e) {
            LOG.debug("the time since boot cannot be read", e);
            return Optional.empty();
        }
    }

    private void run() {
        try {
            while (awaitDue()) {
                if (watch.isEmpty()) {
                    openWatch();
                }
                if (backend.isEmpty() && !unwatched) {
                    // not at the activation: the fragment's backend comes a moment after it
                    LOG.warn("no network backend for this platform: changes are looked for every few seconds");
                    unwatched = true;
                }
                look();
            }
        } catch (InterruptedException e) {
            LOG.error("the network monitor was interrupted and ends; its last state stays", e);
        }
    }

    /** Waits until the network is to be read; false when closed. */
    private boolean awaitDue() throws InterruptedException {
        synchronized (lock) {
            while (!closed) {
                long now = System.nanoTime();
                if (engine.due(now, elapsed())) {
                    return true;
                }
                TimeUnit.NANOSECONDS.timedWait(lock, Math.max(1, engine.next() - now));
            }
            return false;
        }
    }

    /** Tried at the start, and at every look while changes are polled for. */
    private void openWatch() {
        if (backend.isEmpty()) {
            return;
        }
        synchronized (lock) {
            try {
                watch = Optional.of(backend.get().watch(new Announced()));
                engine.polling(false);
                unwatched = false;
            } catch (IOException e) {
                if (!unwatched) {
                    LOG.warn(
                            "changes of the network cannot be watched, they are looked for every few seconds: {}",
                            e.toString());
                }
                unwatched = true;
            }
        }
    }

    private void look() {
        Reading reading;
        synchronized (lock) {
            engine.looking();
        }
        // Before the reading: what was made by then is in it.
        Instant at = Instant.now();
        long read = System.nanoTime();
        try {
            reading = backend.isPresent() ? backend.get().read() : PortableReader.read();
            unread = false;
        } catch (IOException | RuntimeException e) {
            if (!unread) {
                LOG.warn("the network could not be read, the last state is kept until it can: {}", e.toString());
            }
            unread = true;
            again();
            return;
        }
        synchronized (lock) {
            List<Event> events = engine.looked(reading, at, read);
            events.forEach(event -> {
                if (event instanceof Event.Changed(NetworkChange change)) {
                    LOG.info("{}: {}", change.after().summary(), change.summary());
                }
                mailboxes.values().forEach(mailbox -> mailbox.post(event));
            });
        }
    }

    /** As if something had been announced. */
    private void again() {
        synchronized (lock) {
            engine.unread(System.nanoTime());
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindListener(NetworkListener listener) {
        Mailbox mailbox = new Mailbox(listener);
        synchronized (lock) {
            mailboxes.put(listener, mailbox);
            NetworkChange first = new NetworkChange(NetworkState.UNKNOWN, engine.state(), Duration.ZERO);
            mailbox.post(new Event.Changed(first));
        }
    }

    void unbindListener(NetworkListener listener) {
        Mailbox mailbox = mailboxes.remove(listener);
        if (mailbox != null) {
            mailbox.close();
        }
    }

    @Override
    public NetworkState state() {
        synchronized (lock) {
            return engine.state();
        }
    }

    @Override
    public List<NetworkChange> recent() {
        synchronized (lock) {
            return engine.recent();
        }
    }

    @Override
    public Map<String, Long> counters() {
        synchronized (lock) {
            return engine.counters();
        }
    }

    /** What the backend's threads say. */
    private final class Announced implements Announcements {

        @Override
        public void network() {
            tell(false);
        }

        @Override
        public void routes() {
            tell(true);
        }

        private void tell(boolean ofRoutes) {
            synchronized (lock) {
                engine.announced(ofRoutes, System.nanoTime());
                lock.notifyAll();
            }
        }

        @Override
        public void sleep(boolean goes) {
            synchronized (lock) {
                engine.sleep(goes);
                lock.notifyAll();
            }
        }

        @Override
        public void lost(String why) {
            LOG.error("changes of the network are no longer announced, they are looked for every few seconds: {}", why);
            synchronized (lock) {
                watch = Optional.empty();
                engine.polling(true);
                lock.notifyAll();
            }
        }
    }
}

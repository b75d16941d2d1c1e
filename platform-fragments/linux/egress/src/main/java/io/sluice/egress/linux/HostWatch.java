package io.sluice.egress.linux;

import io.sluice.egress.spi.EgressBackend;
import io.sluice.netlink.linux.NetlinkWatch;
import io.sluice.netlink.linux.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the host's network read after each change, on a thread of its own, until it is closed.
 *
 * <pre>
 *   announced > read at once: a dial in the next millisecond should see the new way already. In a storm a reading rests as long as the last one took, so that it
 *               costs half of a core at most and what it makes can be used between
 *   lost      > open the watch again, at once and then every AGAIN, and read each time: what was missed is found
 *   unread    > read again after AGAIN
 * </pre>
 */
final class HostWatch implements EgressBackend.Watch {

    /** How often the network monitor looks where nothing is announced to it (its ClockWatch.PERIOD). */
    static final Duration AGAIN = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(HostWatch.class);

    /** Opens what announces. */
    interface Source {
        EgressBackend.Watch open(NetlinkWatch.Listener listener) throws IOException;
    }

    private final Source source;
    private final BooleanSupplier changed;
    private final long again;
    private final Thread thread;

    /** Guards what follows. */
    private final Object lock = new Object();

    private boolean closed;
    private boolean announced;
    private boolean unread;

    /** What announces; null while nothing does. */
    private EgressBackend.Watch watch;

    /** Whether a loss was told in the log, and its end not yet. */
    private boolean said;

    /** When the watch was opened last, or tried to; when the last reading ended; from when on the next one may begin. */
    private long opened;

    private long ended;
    private long rested;

    private HostWatch(Source source, BooleanSupplier changed, Duration again) throws IOException {
        this.source = source;
        this.changed = changed;
        this.again = again.toNanos();
        this.opened = System.nanoTime() - this.again;
        this.rested = opened;
        this.thread = Thread.ofPlatform().name("sluice-egress").daemon().unstarted(this::run);
        synchronized (lock) {
            watch = source.open(new Announced());
        }
    }

    /**
     * Opens it in the network namespace of the calling thread.
     *
     * @param changed reads; false if it could not
     * @param again between two attempts at what fails, {@link #AGAIN} but in tests
     */
    static HostWatch open(Source source, BooleanSupplier changed, Duration again) throws IOException {
        HostWatch made = new HostWatch(source, changed, again);
        made.thread.start();
        return made;
    }

    private void run() {
        try {
            while (awaitDue()) {
                long begin = System.nanoTime();
                boolean read = read();
                synchronized (lock) {
                    ended = System.nanoTime();
                    rested = ended + (ended - begin);
                    unread = !read;
                }
            }
        } catch (InterruptedException e) {
            LOG.error("the watch of the host's network was interrupted and ends; its last state stays", e);
        }
    }

    /** Waits until the network is to be read; false when closed. */
    private boolean awaitDue() throws InterruptedException {
        synchronized (lock) {
            long patience = patience();
            while (!closed && patience > 0) {
                TimeUnit.NANOSECONDS.timedWait(lock, patience);
                patience = patience();
            }
            if (closed) {
                return false;
            }
            announced = false;
            if (watch == null && System.nanoTime() - opened >= again) {
                reopen();
            }
            return true;
        }
    }

    /** Nanoseconds until there is something to do. */
    private long patience() {
        long now = System.nanoTime();
        long patience = Long.MAX_VALUE;
        if (announced) {
            patience = rested - now;
        }
        if (watch == null) {
            patience = Math.min(patience, opened + again - now);
        }
        if (unread) {
            patience = Math.min(patience, ended + again - now);
        }
        return patience;
    }

    private void reopen() {
        opened = System.nanoTime();
        try {
            watch = source.open(new Announced());
            if (said) {
                LOG.info("changes of the host's network are announced again");
            }
            said = false;
        } catch (IOException | RuntimeException e) {
            LOG.debug("changes of the host's network cannot be watched", e);
        }
    }

    private boolean read() {
        try {
            return changed.getAsBoolean();
        } catch (RuntimeException | Error e) {
            // An error, too: a class that could not be loaded, or a want of memory that may be over at the next change.
            LOG.error("the host's network could not be read after a change, the last state is kept", e);
            return false;
        }
    }

    /** What the watch's thread says. */
    private final class Announced implements NetlinkWatch.Listener {

        @Override
        public void announced(Set<Topic> topics) {
            synchronized (lock) {
                announced = true;
                lock.notifyAll();
            }
        }

        /** Said once: not of one that is lost soon after it was opened again. */
        @Override
        public void lost(Throwable cause) {
            synchronized (lock) {
                if (System.nanoTime() - opened >= again) {
                    LOG.error(
                            "changes of the host's network are no longer announced, they are looked for every {} s: {}",
                            TimeUnit.NANOSECONDS.toSeconds(again),
                            cause.toString());
                    said = true;
                }
                watch = null;
                lock.notifyAll();
            }
        }
    }

    @Override
    public void close() {
        EgressBackend.Watch last;
        synchronized (lock) {
            closed = true;
            last = watch;
            lock.notifyAll();
        }
        if (last != null) {
            last.close();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.sluice.netmon;

import io.sluice.api.netmon.NetworkListener;
import io.sluice.netmon.engine.Event;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls one listener, in order, on a thread of its own. */
final class Mailbox implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

    /** Events that a listener may be behind: a change makes four at most, and there are four looks a second at most. */
    static final int LENGTH = 64;

    private final NetworkListener listener;
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            0,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(LENGTH),
            Thread.ofVirtual().name("sluice-netmon-listener").factory(),
            this::full);

    Mailbox(NetworkListener listener) {
        this.listener = listener;
    }

    void post(Event event) {
        thread.execute(() -> {
            try {
                event.tell(listener);
            } catch (RuntimeException | LinkageError e) {
                LOG.warn("the network listener {} failed", listener, e);
            }
        });
    }

    /** The oldest makes room for the newest; after a close nothing is told. */
    private void full(Runnable newest, ThreadPoolExecutor executor) {
        if (!executor.isShutdown()) {
            LOG.warn("the network listener {} is too slow: it loses its oldest event", listener);
            executor.getQueue().poll();
            executor.execute(newest);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

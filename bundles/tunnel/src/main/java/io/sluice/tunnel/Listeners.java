package io.sluice.tunnel;

import io.sluice.api.tunnel.TunnelError;
import io.sluice.api.tunnel.TunnelListener;
import io.sluice.api.tunnel.TunnelStatus;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands events on to the listeners. Each has a mailbox that one virtual thread at a time empties, in order; a slow listener fills only
 * its own, and loses its oldest events when that is full.
 */
final class Listeners implements TunnelListener {

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    /** Events that a listener may be behind: a start with a roll-back and a retry makes fewer than 20. */
    static final int MAILBOX = 64;

    private final Map<TunnelListener, Mailbox> mailboxes = new ConcurrentHashMap<>();

    /** @param present what the new one is told first */
    void add(TunnelListener listener, TunnelStatus present) {
        Mailbox mailbox = new Mailbox(listener);
        mailboxes.put(listener, mailbox);
        mailbox.post(l -> l.stateChanged(present));
    }

    void remove(TunnelListener listener) {
        Mailbox mailbox = mailboxes.remove(listener);
        if (mailbox != null) {
            mailbox.close();
        }
    }

    @Override
    public void stateChanged(TunnelStatus status) {
        mailboxes.values().forEach(m -> m.post(l -> l.stateChanged(status)));
    }

    @Override
    public void error(TunnelError error) {
        mailboxes.values().forEach(m -> m.post(l -> l.error(error)));
    }

    @Override
    public void restored(String what) {
        mailboxes.values().forEach(m -> m.post(l -> l.restored(what)));
    }

    private static final class Mailbox {

        private final TunnelListener listener;
        private final Deque<Consumer<TunnelListener>> letters = new ArrayDeque<>();
        private boolean running;
        private boolean closed;
        private long lost;

        Mailbox(TunnelListener listener) {
            this.listener = listener;
        }

        synchronized void post(Consumer<TunnelListener> letter) {
            if (closed) {
                return;
            }
            if (letters.size() == MAILBOX) {
                letters.removeFirst();
                if (lost++ == 0) {
                    LOG.warn("the tunnel listener {} is too slow: it loses its oldest events", listener);
                }
            }
            letters.addLast(letter);
            if (!running) {
                running = true;
                Thread.ofVirtual().name("sluice-tunnel-listener").start(this::empty);
            }
        }

        synchronized void close() {
            closed = true;
            letters.clear();
        }

        private synchronized Consumer<TunnelListener> next() {
            Consumer<TunnelListener> letter = letters.pollFirst();
            running = letter != null;
            return letter;
        }

        private void empty() {
            for (Consumer<TunnelListener> letter = next(); letter != null; letter = next()) {
                try {
                    letter.accept(listener);
                } catch (RuntimeException | LinkageError e) {
                    LOG.warn("the tunnel listener {} failed", listener, e);
                }
            }
        }
    }
}

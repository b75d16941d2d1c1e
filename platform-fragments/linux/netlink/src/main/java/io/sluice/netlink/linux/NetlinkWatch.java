package io.sluice.netlink.linux;

import java.time.Duration;
import java.util.Set;

/** A thread that listens to the kernel's announcements of links, addresses, routes and rules, in the network namespace of who opened it. */
public final class NetlinkWatch implements AutoCloseable {

    /** How long one receive waits, so how long closing may take: not felt by a person, and four wake-ups a second cost nothing. */
    private static final Duration IDLE = Duration.ofMillis(250);

    /** Told on the watch's thread. */
    public interface Listener {

        /** Something was announced; what had piled up is told at once. */
        void announced(Set<Topic> topics);

        /**
         * Nothing will be announced any more; the watch has ended.
         *
         * @param cause from the kernel, or what {@link #announced} threw
         */
        void lost(Throwable cause);
    }

    private final NetlinkSocket socket;
    private final Listener listener;
    private final Thread thread;
    private volatile boolean closed;

    private NetlinkWatch(String threadName, Listener listener) throws NetlinkException {
        this.socket = NetlinkSocket.subscribe(IDLE, Topic.GROUPS);
        this.listener = listener;
        this.thread = Thread.ofPlatform().name(threadName).daemon().unstarted(this::listen);
    }

    /** Everything that changes after this call is announced. */
    public static NetlinkWatch open(String threadName, Listener listener) throws NetlinkException {
        NetlinkWatch watch = new NetlinkWatch(threadName, listener);
        watch.thread.start();
        return watch;
    }

    private void listen() {
        try (socket) {
            while (!closed) {
                Set<Topic> topics = socket.receive();
                if (!topics.isEmpty()) {
                    listener.announced(topics);
                }
            }
        } catch (NetlinkException | RuntimeException | Error e) {
            listener.lost(e);
        }
    }

    /** No call is under way or will come once it returns. Not to be called by the listener. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

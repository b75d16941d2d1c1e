package io.sluice.killswitch.linux;

import io.sluice.netlink.linux.Errno;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.NetlinkMessage;
import io.sluice.netlink.linux.NetlinkSocket;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the kernel's notices of one socket and acts on those that matter; an action that fails is tried again with the next notice or after {@link
 * FilterWatch#PATIENCE}. Ended by {@link #close}, within the same time.
 */
final class NoticeThread {

    private static final Logger LOG = LoggerFactory.getLogger(NoticeThread.class);

    /** Whether a notice asks for action. */
    @FunctionalInterface
    interface Concern {
        boolean holds(NetlinkMessage notice) throws NetlinkException;
    }

    private final NetlinkSocket socket;
    private final Concern concern;
    private final BooleanSupplier action;
    private final Thread thread;
    private volatile boolean closed;

    NoticeThread(String name, NetlinkSocket socket, Concern concern, BooleanSupplier action) {
        this.socket = socket;
        this.concern = concern;
        this.action = action;
        this.thread = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    private void run() {
        try (socket) {
            boolean pending = false;
            while (!closed) {
                pending |= concerned();
                if (pending && !closed) {
                    // Everything that waits already is answered by one action.
                    socket.drain();
                    pending = !done();
                }
            }
        } catch (NetlinkException e) {
            LOG.error(
                    "the kernel's notices cannot be read any more, changes by others are not noticed: {}",
                    e.getMessage());
        }
    }

    private boolean concerned() throws NetlinkException {
        boolean concerned = false;
        try {
            for (NetlinkMessage notice : socket.notifications()) {
                concerned |= concern.holds(notice);
            }
        } catch (NetlinkException e) {
            if (e.errno() != Errno.ENOBUFS && e.errno() != 0) {
                throw e;
            }
            // Some were lost or made no sense: perhaps one that matters.
            concerned = true;
        }
        return concerned;
    }

    private boolean done() {
        try {
            return action.getAsBoolean();
        } catch (RuntimeException e) {
            LOG.error("a change by others could not be answered", e);
            return false;
        }
    }

    /** Returns at once; the thread ends when its wait is over. */
    void close() {
        closed = true;
    }
}

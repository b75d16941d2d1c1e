package io.sluice.loop;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pipes of one loop: those in use, and a few empty ones that wait for the next splice. Once a second it looks which splices have stood still, and
 * ends them; with none left it closes the waiting pipes too, so that an idle loop holds no pipe and has no timer. Loop thread only.
 */
final class LoopPipes {

    private static final Logger LOG = LoggerFactory.getLogger(LoopPipes.class);

    /** A direction in which nothing has moved from one look to the next gives its pipe back. */
    static final Duration LOOK = Duration.ofSeconds(1);

    /** Pipes in use at most: 512 descriptors a loop, a small part of what a process may have; a direction beyond them is copied. */
    static final int MOST = 256;

    /** Pipes kept empty at most: streams that come and go take one again within the second. */
    static final int KEPT = 16;

    private final Deque<Pipe> empty = new ArrayDeque<>(KEPT);
    private final EventExecutor loop;
    private final Maker maker;
    private PipeSplice first;
    private int used;
    private Future<?> looking;

    /** Makes a pipe. */
    @FunctionalInterface
    interface Maker {
        Pipe open() throws IOException;
    }

    LoopPipes(EventExecutor loop, Maker maker) {
        this.loop = loop;
        this.maker = maker;
    }

    /** An empty pipe, or null if there are too many or the kernel gives none. */
    Pipe take() {
        if (used == MOST) {
            return null;
        }
        Pipe pipe = empty.pollFirst();
        if (pipe == null) {
            try {
                pipe = maker.open();
            } catch (IOException e) {
                LOG.debug("no pipe is to be had, so a stream goes on being copied: {}", e.toString());
                return null;
            }
        }
        used++;
        return pipe;
    }

    /** @param clean whether nothing is in it */
    void giveBack(Pipe pipe, boolean clean) {
        used--;
        if (clean && empty.size() < KEPT) {
            empty.addFirst(pipe);
        } else {
            pipe.close();
        }
    }

    void add(PipeSplice splice) {
        splice.next = first;
        if (first != null) {
            first.previous = splice;
        }
        first = splice;
        if (looking == null) {
            looking = loop.scheduleAtFixedRate(this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    void remove(PipeSplice splice) {
        if (splice.previous != null) {
            splice.previous.next = splice.next;
        } else {
            first = splice.next;
        }
        if (splice.next != null) {
            splice.next.previous = splice.previous;
        }
    }

    private void look() {
        PipeSplice splice = first;
        while (splice != null) {
            PipeSplice following = splice.next;
            splice.look();
            splice = following;
        }
        if (first == null) {
            looking.cancel(false);
            looking = null;
            closeEmpty();
        }
    }

    private void closeEmpty() {
        empty.forEach(Pipe::close);
        empty.clear();
    }

    /** How many are in use; for tests. */
    int used() {
        return used;
    }

    /** How many wait; for tests. */
    int waiting() {
        return empty.size();
    }

    /** The loop has ended. */
    void close() {
        while (first != null) {
            first.end();
        }
        closeEmpty();
    }
}

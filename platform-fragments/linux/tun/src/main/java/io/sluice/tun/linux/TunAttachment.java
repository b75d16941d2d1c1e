package io.sluice.tun.linux;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.TunException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A queue on one loop, from one start to its stop. Everything but the constructor runs on the loop. */
final class TunAttachment implements EpollIoHandle {

    private static final Logger LOG = LoggerFactory.getLogger(TunAttachment.class);

    /** Packets of one wake-up: the number Netty's sockets read at most in one turn is 16, but a TUN queue carries all their peers. */
    private static final int PACKETS = 64;

    /** Octets of one wake-up: eight super-packets, which fit a second-level cache until their sockets have taken them. */
    private static final int BYTES = 512 * 1024;

    private static final EpollIoOps READ_AND_WRITE = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLOUT);

    private final EpollTunQueue queue;
    private final EventLoop loop;
    private final PacketHandler handler;
    private final PacketOffload offload = new PacketOffload();
    private IoRegistration registration;
    private boolean blocked;
    private final Runnable restIsOver = this::restIsOver;
    private long restNanos;
    private Future<?> resting;
    private EpollIoOps submitted;

    TunAttachment(EpollTunQueue queue, EventLoop loop, PacketHandler handler) {
        this.queue = queue;
        this.loop = loop;
        this.handler = handler;
    }

    EventLoop loop() {
        return loop;
    }

    @Override
    public FileDescriptor fd() {
        return queue.fd();
    }

    void begin(IoRegistration registered) {
        registration = registered;
        submit();
    }

    void end() {
        if (resting != null) {
            resting.cancel(false);
            resting = null;
        }
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
    }

    void awaitWritable() {
        if (!blocked) {
            blocked = true;
            submit();
        }
    }

    /** Heeded when the batch under way is over. */
    void rest(long nanos) {
        restNanos = nanos;
    }

    private void submit() {
        EpollIoOps wanted;
        if (resting != null) {
            // Edges only: nothing but errors, once each.
            wanted = blocked ? EpollIoOps.EPOLLOUT : EpollIoOps.EPOLLET;
        } else {
            wanted = blocked ? READ_AND_WRITE : EpollIoOps.EPOLLIN;
        }
        // A queue that rests again and again is read by the clock, and epoll is left alone.
        if (registration != null && !wanted.equals(submitted)) {
            submitted = wanted;
            registration.submit(wanted);
        }
    }

    private void restIsOver() {
        Future<?> over = resting;
        if (registration == null || !queue.isCurrent(this)) {
            return;
        }
        readBatch();
        if (resting == over) {
            resting = null;
            submit();
        }
    }

    @Override
    public void handle(IoRegistration registered, IoEvent event) {
        EpollIoOps ops = ((EpollIoEvent) event).ops();
        if (blocked && ops.contains(EpollIoOps.EPOLLOUT) && queue.isCurrent(this)) {
            blocked = false;
            submit();
            handler.writable();
        }
        // EPOLLERR and EPOLLHUP end in a read that names the error.
        if (ops.contains(EpollIoOps.EPOLLIN) || ops.contains(EpollIoOps.EPOLLERR)) {
            if (resting != null) {
                resting.cancel(false);
                resting = null;
                submit();
            }
            readBatch();
        }
    }

    private void readBatch() {
        boolean any = false;
        boolean emptied = false;
        restNanos = 0;
        queue.beginBatch();
        try {
            int bytes = 0;
            for (int packets = 0; packets < PACKETS && bytes < BYTES && queue.isCurrent(this); packets++) {
                int length = queue.readOne(handler, offload);
                if (length == 0) {
                    emptied = true;
                    break;
                }
                any = true;
                bytes += length;
            }
        } catch (IOException e) {
            complete(any);
            fail(queue.gone(e));
            return;
        } catch (RuntimeException e) {
            // A handler must not throw; if it does, its packet is lost and the queue lives on.
            LOG.error("the handler of a TUN queue failed on a packet", e);
        }
        complete(any);
        if (emptied && restNanos > 0 && registration != null && queue.isCurrent(this)) {
            resting = loop.schedule(restIsOver, restNanos, TimeUnit.NANOSECONDS);
            submit();
        }
    }

    private void complete(boolean any) {
        if (any && queue.isCurrent(this)) {
            handler.batchComplete();
        }
    }

    void fail(TunException cause) {
        if (queue.isCurrent(this)) {
            queue.forget(this);
            end();
            handler.failed(cause);
        }
    }

    /** The loop is being shut down: it lets go of the queue, whose descriptor stays with the device. */
    @Override
    public void close() {
        queue.forget(this);
        end();
    }
}

package io.sluice.tun.linux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.TunException;
import io.sluice.api.tun.TunQueue;
import io.sluice.netlink.linux.Errno;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One descriptor of a TUN device on an epoll loop. Theory of operation:
 *
 * <pre>
 * idle      start   > attached: registered for EPOLLIN once the former attachment has ended
 * attached  EPOLLIN > reads until nothing waits or the budget is spent; epoll is level-triggered, so what is left wakes the loop again
 * attached  write gives EAGAIN > EPOLLOUT is asked for; when it comes: writable(), EPOLLIN alone
 * attached  stop    > idle, when the loop has let go
 * attached  the device is gone, or the loop is > idle, failed(…)
 * any       close   > closed: the descriptor is closed after the loop has let go
 * </pre>
 */
final class EpollTunQueue implements TunQueue {

    private static final Logger LOG = LoggerFactory.getLogger(EpollTunQueue.class);

    private final String device;
    private final int index;
    private final FileDescriptor fd;
    private final int headerSize;
    private final QueueCounters counters = new QueueCounters();
    private final PacketMemory memory;
    private final PacketGather gather;

    /** Guarded by this. */
    private boolean closed;

    /** Guarded by this: completes when the last attachment has let go. */
    private Future<?> released = ImmediateEventExecutor.INSTANCE.newSucceededFuture(null);

    /** Guarded by this: of the last attachment. */
    private EventLoop lastLoop;

    /** Written under this; read by the loop. */
    private volatile TunAttachment attachment;

    EpollTunQueue(String device, int index, FileDescriptor fd, int headerSize) {
        this.device = device;
        this.index = index;
        this.fd = fd;
        this.headerSize = headerSize;
        this.memory = new PacketMemory(headerSize);
        this.gather = new PacketGather(headerSize);
    }

    QueueCounters counters() {
        return counters;
    }

    FileDescriptor fd() {
        return fd;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public synchronized Future<Void> start(EventLoop loop, PacketHandler handler) {
        if (closed) {
            throw new IllegalStateException("device " + device + " is closed");
        }
        if (attachment != null) {
            throw new IllegalStateException("queue " + index + " of " + device + " is started already");
        }
        if (!(loop instanceof IoEventLoop ioLoop) || !ioLoop.isCompatible(TunAttachment.class)) {
            return loop.newFailedFuture(new TunException(
                    TunException.Code.TUN_SYSTEM_ERROR,
                    "queue " + index + " of " + device + " needs an epoll event loop, not "
                            + loop.getClass().getName()
                            + ": is Netty's native epoll transport installed for this processor?"));
        }
        TunAttachment mine = new TunAttachment(this, loop, handler);
        attachment = mine;
        lastLoop = loop;
        Promise<Void> started = loop.newPromise();
        released.addListener(ignored -> onLoop(loop, () -> register(ioLoop, mine, started)));
        return started;
    }

    /** On the loop, where registering is done when the call returns. */
    private void register(IoEventLoop loop, TunAttachment mine, Promise<Void> started) {
        if (!isCurrent(mine)) {
            started.setFailure(new CancellationException("the queue was stopped before it started"));
            return;
        }
        Future<IoRegistration> registered = loop.register(mine);
        if (registered.isSuccess()) {
            mine.begin(registered.getNow());
            started.setSuccess(null);
        } else {
            forget(mine);
            started.setFailure(registered.cause());
        }
    }

    /** A loop that has ended runs nothing; then the queue stays idle. */
    private static boolean onLoop(EventLoop loop, Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            LOG.debug("the event loop has ended: {}", e.toString());
            return false;
        }
    }

    @Override
    public synchronized Future<Void> stop() {
        TunAttachment mine = attachment;
        if (mine == null) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(null);
        }
        attachment = null;
        Promise<Void> stopped = mine.loop().newPromise();
        released = stopped;
        boolean accepted = onLoop(mine.loop(), () -> {
            mine.end();
            stopped.setSuccess(null);
        });
        if (accepted) {
            return stopped;
        }
        // The loop has ended, so no call to the handler is under way.
        Future<Void> done = ImmediateEventExecutor.INSTANCE.newSucceededFuture(null);
        released = done;
        return done;
    }

    /** Closes the descriptor when the loop has let go; the result completes then. */
    synchronized Future<?> close() {
        if (closed) {
            return released;
        }
        stop();
        closed = true;
        Promise<Void> gone = ImmediateEventExecutor.INSTANCE.newPromise();
        released.addListener(ignored -> {
            memory.release();
            gather.release();
            closeDescriptor();
            gone.setSuccess(null);
        });
        released = gone;
        return gone;
    }

    private void closeDescriptor() {
        try {
            fd.close();
        } catch (IOException e) {
            LOG.warn("closing a descriptor of {} failed: {}", device, e.toString());
        }
    }

    /** Whether the calling thread is the loop that must let go: it cannot wait for itself. */
    synchronized boolean onItsLoop() {
        return lastLoop != null && lastLoop.inEventLoop();
    }

    synchronized void forget(TunAttachment former) {
        if (attachment == former) {
            attachment = null;
        }
    }

    boolean isCurrent(TunAttachment asking) {
        return attachment == asking;
    }

    /** A batch of reads begins. Loop thread only. */
    void beginBatch() {
        memory.rewind();
    }

    /**
     * Reads and hands over one packet. Loop thread only.
     *
     * @return octets read, 0 if none waits
     * @throws IOException if the device is gone
     */
    int readOne(PacketHandler handler, PacketOffload offload) throws IOException {
        int length;
        try {
            length = memory.read(fd);
        } catch (NativeIoException e) {
            if (-e.expectedErr() == Errno.EINVAL) {
                // The kernel could not describe this packet in a vnet header and dropped it (drivers/net/tun.c,
                // tun_put_user).
                counters.receiveError();
                return 1;
            }
            throw e;
        }
        if (length == 0) {
            return 0;
        }
        if (length < 0) {
            throw new ClosedChannelException();
        }
        int packetLength = length - headerSize;
        offload.none();
        if (packetLength <= 0
                || (headerSize > 0
                        && !VnetHeader.read(
                                memory.packet(),
                                memory.headerIndex(),
                                memory.headerIndex() + headerSize,
                                packetLength,
                                offload))) {
            counters.receiveError();
            return length;
        }
        counters.received(packetLength);
        try {
            handler.packet(memory.packet(), offload);
        } finally {
            memory.handled(length);
        }
        return length;
    }

    @Override
    public boolean write(ByteBuf headers, ByteBuf[] payload, int count, PacketOffload offload) {
        TunAttachment mine = attachment;
        if (mine == null) {
            counters.full();
            return false;
        }
        if (!gather.accepts(headers, offload)) {
            counters.sendError();
            return true;
        }
        try {
            long written = gather.write(fd, headers, payload, count);
            if (written > 0) {
                counters.sent(written - headerSize);
                return true;
            }
            counters.full();
            mine.awaitWritable();
            return false;
        } catch (IOException e) {
            return refused(mine, e);
        }
    }

    @Override
    public void rest(long nanos) {
        TunAttachment mine = attachment;
        if (mine != null) {
            mine.rest(nanos);
        }
    }

    /** What a refusal of one packet means for the queue. Returns false if the packet may be offered again. */
    private boolean refused(TunAttachment mine, IOException cause) {
        int errno = errno(cause);
        if (errno == Errno.ENOBUFS || errno == Errno.ENOMEM) {
            counters.full();
            mine.awaitWritable();
            return false;
        }
        counters.sendError();
        if (isGone(errno)) {
            // Not from inside the caller's write: the handler is told on a turn of its own.
            onLoop(mine.loop(), () -> mine.fail(gone(cause)));
        }
        return true;
    }

    /** EBADFD: the interface was deleted under the descriptor (drivers/net/tun.c); EFAULT: while a read was under way. */
    static boolean isGone(int errno) {
        return errno == Errno.EBADFD || errno == Errno.EBADF || errno == Errno.ENODEV || errno == Errno.EFAULT;
    }

    static int errno(IOException cause) {
        return switch (cause) {
            case NativeIoException e -> -e.expectedErr();
            case ClosedChannelException e -> Errno.EBADF;
            default -> 0;
        };
    }

    TunException gone(IOException cause) {
        int errno = errno(cause);
        return isGone(errno)
                ? new TunException(
                        TunException.Code.TUN_GONE,
                        "interface " + device
                                + " was deleted while it was in use; start the tunnel again to make a new one",
                        cause)
                : new TunException(
                        TunException.Code.TUN_SYSTEM_ERROR,
                        "reading from " + device + " failed: " + Errno.name(errno) + "; start the tunnel again",
                        cause);
    }
}

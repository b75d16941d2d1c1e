package io.sluice.loop.linux;

import static io.sluice.loop.linux.Layouts.*;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.util.concurrent.Future;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket. Theory of operation:
 *
 * <pre>
 * opened    the channel is taken off its loop, then the descriptor is put there again as ours; it can send meanwhile
 * idle      send    > pending: waits in a batch
 * pending   flush   > all sent: idle
 * pending   EAGAIN  > blocked: EPOLLOUT is asked for, what exceeds the batch is dropped
 * blocked   EPOLLOUT > pending, goes on
 * any       close   > closed: the registration ends before the descriptor does
 * </pre>
 *
 * A segmented message that the kernel refuses (the segments do not fit the path's MTU, the device cannot do it) goes out datagram by
 * datagram, and later ones of that size do so at once. Epoll is level-triggered, so what one turn leaves wakes the loop again.
 */
final class EpollDatagramIo implements DatagramIo, EpollIoHandle {

    private static final Logger LOG = LoggerFactory.getLogger(EpollDatagramIo.class);

    private static final EpollIoOps READ_AND_WRITE = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLOUT);

    private static final ChannelOption<Integer> DOMAIN =
            new IntegerUnixChannelOption("SO_DOMAIN", SOL_SOCKET, SO_DOMAIN);

    private final EpollDatagramChannel channel;
    private final FileDescriptor socket;
    private final DatagramSink sink;
    private final LoopVectors loop;
    private final boolean connected;
    private final boolean six;
    private int largestSegment = SendVectors.MAX_OCTETS;
    private PendingDatagrams pending;
    private IoRegistration registration;
    private boolean reading;
    private boolean blocked;
    private boolean closed;

    EpollDatagramIo(EpollDatagramChannel channel, DatagramSink sink, LoopVectors loop) {
        this.channel = channel;
        this.socket = channel.fd();
        this.sink = sink;
        this.loop = loop;
        this.connected = channel.isConnected();
        this.six = channel.config().getOption(DOMAIN) == AF_INET6;
        loop.opened();
        channel.deregister().addListener(left -> enter());
    }

    /** The channel has left the loop: we take its place. */
    private void enter() {
        if (closed) {
            return;
        }
        // On the loop this completes before it returns.
        Future<IoRegistration> entered = ((IoEventLoop) channel.eventLoop()).register(this);
        if (entered.isSuccess()) {
            registration = entered.getNow();
            submit();
        } else {
            sink.failed(new IOException("a datagram socket could not be registered again", entered.cause()), 0);
            close();
        }
    }

    private void submit() {
        if (registration == null) {
            return;
        }
        if (blocked) {
            registration.submit(reading ? READ_AND_WRITE : EpollIoOps.EPOLLOUT);
        } else {
            registration.submit(reading ? EpollIoOps.EPOLLIN : EpollIoOps.NONE);
        }
    }

    @Override
    public FileDescriptor fd() {
        return socket;
    }

    @Override
    public boolean send(ByteBuf header, ByteBuf payload, int segmentSize, InetSocketAddress to) {
        if (closed) {
            payload.release();
            return false;
        }
        if (pending != null && !pending.hasRoom(payload.readableBytes())) {
            flush();
        }
        if (pending == null) {
            pending = loop.take();
        } else if (!pending.hasRoom(payload.readableBytes())) {
            payload.release();
            return false;
        }
        pending.add(header, direct(payload), segmentSize, to);
        return true;
    }

    /** What lies on the heap or in pieces is copied. */
    private static ByteBuf direct(ByteBuf payload) {
        if (payload.isDirect() && payload.nioBufferCount() == 1) {
            return payload;
        }
        try {
            int length = payload.readableBytes();
            return payload.alloc().directBuffer(Math.max(1, length)).writeBytes(payload, payload.readerIndex(), length);
        } finally {
            payload.release();
        }
    }

    @Override
    public void flush() {
        if (pending != null && !blocked && !closed && transmit() && pending != null) {
            pending.clear();
            loop.give(pending);
            pending = null;
        }
    }

    /** True if nothing is left to send. */
    private boolean transmit() {
        boolean again = false;
        while (!closed && socket.isOpen()) {
            SendVectors vectors = loop.send;
            int planned = vectors.plan(pending, largestSegment, six);
            if (planned == 0) {
                return true;
            }
            int sent = loop.calls.send(socket.intValue(), vectors.messages(), planned, MSG_DONTWAIT);
            if (sent > 0) {
                pending.advance(vectors.entry(sent), vectors.offset(sent));
                again = false;
                continue;
            }
            int errno = -sent;
            if (errno == EAGAIN) {
                await();
                return false;
            }
            if (vectors.datagrams(0) > 1 && (errno == EINVAL || errno == EIO || errno == EMSGSIZE)) {
                largestSegment = vectors.size(0) - 1;
            } else if (errno != EINTR && (again || !isAboutEarlier(errno))) {
                int lost = vectors.datagrams(0);
                pending.advance(vectors.entry(1), vectors.offset(1));
                again = false;
                sink.failed(cause("sendmmsg", errno), lost);
            } else if (errno != EINTR) {
                again = true;
                sink.failed(cause("sendmmsg", errno), 0);
            }
        }
        return true;
    }

    /** The kernel tells of an ICMP error with the next call, whose own datagram it then did not send. */
    private static boolean isAboutEarlier(int errno) {
        return errno == ECONNREFUSED;
    }

    private void await() {
        blocked = true;
        pending.unpin();
        submit();
    }

    private static IOException cause(String call, int errno) {
        return errno == ECONNREFUSED
                ? new PortUnreachableException(call + ": port unreachable")
                : new NativeIoException(call, -errno);
    }

    @Override
    public void reading(boolean on) {
        if (reading != on && !closed) {
            reading = on;
            submit();
        }
    }

    @Override
    public void handle(IoRegistration registered, IoEvent event) {
        EpollIoOps ops = ((EpollIoEvent) event).ops();
        if (blocked && !closed && (ops.contains(EpollIoOps.EPOLLOUT) || ops.contains(EpollIoOps.EPOLLERR))) {
            blocked = false;
            flush();
            if (!blocked) {
                submit();
            }
        }
        if (reading && !closed && (ops.contains(EpollIoOps.EPOLLIN) || ops.contains(EpollIoOps.EPOLLERR))) {
            try {
                read();
            } catch (RuntimeException e) {
                // A sink must not throw; if it does, the rest of its batch is lost and the socket lives on.
                LOG.error("the taker of a datagram socket failed", e);
            }
        }
    }

    private void read() {
        ReceiveSlots slots = loop.receive;
        int count = slots.receive(loop.calls, socket.intValue());
        if (count < 0) {
            if (count != -EAGAIN && count != -EINTR) {
                sink.failed(cause("recvmmsg", -count), 0);
            }
            return;
        }
        try {
            for (int i = 0; i < count && !closed; i++) {
                if (slots.truncated(i)) {
                    sink.failed(cause("recvmmsg", EMSGSIZE), 0);
                } else {
                    sink.datagram(slots.take(i), slots.segmentSize(i), connected ? null : slots.from(i));
                }
            }
            if (!closed) {
                sink.batchComplete();
            }
        } finally {
            slots.handled(count);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (pending != null) {
            pending.clear();
            pending = null;
        }
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
        loop.closed();
        channel.close();
    }

    @Override
    public String toString() {
        return "datagrams of " + channel;
    }
}

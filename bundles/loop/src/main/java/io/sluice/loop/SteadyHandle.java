package io.sluice.loop;

import io.netty.channel.IoEvent;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between a channel and the epoll set, for two things that Netty does not do.
 *
 * <p>It keeps a descriptor in the set. Since netty/netty#16689 a registration that is told to wait for nothing takes its descriptor out, but goes on to
 * think that it is in there: the next wish to read or write fails with ENOENT, and the channel closes (seen with 4.2.18). A half-closed stream comes to
 * that regularly: its peer's FIN while AUTO_READ is off, or a write that has to wait after the FIN. So, once a descriptor is in the set, "nothing" is said
 * as "edges only": the kernel then still tells of an error or a hang-up, once each, which is what #16689 wanted and costs one wake-up at most.
 *
 * <p>And it lets {@link PipeSplice}s have the events of a direction in the channel's place. What the channel itself wants to wait for is remembered
 * meanwhile. Loop thread only, but {@link #submit}, which may be called from any.
 */
final class SteadyHandle implements EpollIoHandle, IoRegistration {

    private static final Logger LOG = LoggerFactory.getLogger(SteadyHandle.class);

    private static final int IN = EpollIoOps.EPOLLIN.value();
    private static final int OUT = EpollIoOps.EPOLLOUT.value();
    private static final int ERR = EpollIoOps.EPOLLERR.value();
    private static final int RDHUP = EpollIoOps.EPOLLRDHUP.value();
    private static final int EDGES = EpollIoOps.EPOLLET.value();

    private final EpollIoHandle channel;
    private final SteadyEpollHandler handler;
    private IoRegistration registration;
    private EpollIoOps wanted = EpollIoOps.NONE;
    private int told;
    private boolean listed;
    private PipeSplice source;
    private PipeSplice sink;

    SteadyHandle(EpollIoHandle channel, SteadyEpollHandler handler) {
        this.channel = channel;
        this.handler = handler;
    }

    void registered(IoRegistration made) {
        registration = made;
    }

    /** Whether this stands for that channel. */
    boolean standsFor(Object unsafe) {
        return channel == unsafe;
    }

    /** The splice that reads here, or null. */
    PipeSplice source() {
        return source;
    }

    void source(PipeSplice splice) {
        source = splice;
    }

    /** The splice that writes here, or null. */
    PipeSplice sink() {
        return sink;
    }

    void sink(PipeSplice splice) {
        sink = splice;
    }

    /** What the channel or a splice wants to wait for has changed. Loop thread. */
    void update() {
        if (!listed) {
            listed = true;
            handler.changed(this);
        }
    }

    /** Right before the loop waits. */
    void tellKernel() {
        listed = false;
        int ops = ops();
        if (ops == told || !registration.isValid()) {
            return;
        }
        try {
            registration.submit(ops == wanted.value() ? wanted : EpollOps.of(ops));
            told = ops;
        } catch (RuntimeException e) {
            // The descriptor cannot be waited for: out of memory or of watches (epoll_ctl(2)). Its owner must not
            // wait for ever.
            LOG.warn("a descriptor is closed, as epoll refuses it: {}", e.toString());
            closeChannel();
        }
    }

    private int ops() {
        int ops = wanted.value();
        if (source != null) {
            ops &= ~(IN | RDHUP);
            if (source.wantsInput()) {
                ops |= IN | RDHUP;
            }
        }
        if (sink != null && sink.wantsOutput()) {
            ops |= OUT;
        }
        boolean spliced = source != null || sink != null;
        // Errors and hang-ups are told whether wanted or not, again and again unless edges are.
        if (told != 0 && (ops == 0 || (spliced && (ops & (IN | OUT)) == 0))) {
            ops |= EDGES;
        }
        return ops;
    }

    private void closeChannel() {
        try {
            channel.close();
        } catch (Exception e) {
            LOG.warn("closing it failed", e);
        }
    }

    @Override
    public long submit(IoOps ops) {
        if (!registration.isValid()) {
            return -1;
        }
        EpollIoOps wish = (EpollIoOps) ops;
        if (handler.loop().isExecutorThread(Thread.currentThread())) {
            want(wish);
        } else {
            handler.loop().execute(() -> want(wish));
        }
        return wish.value();
    }

    private void want(EpollIoOps wish) {
        wanted = wish;
        update();
    }

    @Override
    public void handle(IoRegistration same, IoEvent event) {
        if (source == null && sink == null) {
            channel.handle(this, event);
            return;
        }
        int ops = ((EpollIoEvent) event).ops().value();
        if (sink != null && (ops & (OUT | ERR)) != 0) {
            sink.pump(false, false);
        }
        if (source != null && (ops & (IN | RDHUP | ERR)) != 0) {
            source.pump((ops & (RDHUP | ERR)) != 0, (ops & ERR) != 0);
        }
        int left = ops;
        if (source != null) {
            left &= ~(IN | RDHUP | ERR);
        }
        if ((wanted.value() & OUT) == 0) {
            left &= ~OUT;
        }
        if ((left & (IN | OUT | RDHUP | ERR)) != 0 && registration.isValid()) {
            channel.handle(this, left == ops ? event : EpollOps.event(left));
        }
    }

    @Override
    public void unregistered() {
        handler.unregistered(this);
        channel.unregistered();
    }

    @Override
    public void registered() {
        channel.registered();
    }

    @Override
    public FileDescriptor fd() {
        return channel.fd();
    }

    @Override
    public void close() throws Exception {
        channel.close();
    }

    @Override
    public <T> T attachment() {
        return registration.attachment();
    }

    @Override
    public boolean isValid() {
        return registration.isValid();
    }

    @Override
    public boolean cancel() {
        return registration.cancel();
    }
}

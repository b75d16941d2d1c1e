package io.sluice.loop;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.ArrayList;
import java.util.List;

/**
 * Netty's epoll handler with {@link SteadyHandle}s in it, and the pipes of its loop.
 *
 * <p>A channel changes its mind several times in one turn of the loop: connected → write no more → read no more → read (4 of the 7 epoll_ctl that a
 * short connection cost). The kernel is asked nothing between two turns, so it is told the last wish only, right before the loop waits, and
 * nothing if that is what it knows, or if the registration has ended meanwhile.
 */
final class SteadyEpollHandler implements IoHandler {

    private final IoHandler handler;
    private final IntObjectMap<SteadyHandle> handles = new IntObjectHashMap<>();
    private final ThreadAwareExecutor loop;
    /** Handles whose wish the kernel does not know yet. Loop thread only. */
    private final List<SteadyHandle> changed = new ArrayList<>();

    private final LoopPipes pipes;

    SteadyEpollHandler(IoHandler handler, ThreadAwareExecutor loop, LoopPipes pipes) {
        this.handler = handler;
        this.loop = loop;
        this.pipes = pipes;
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        if (!(handle instanceof EpollIoHandle epoll)) {
            return handler.register(handle);
        }
        SteadyHandle steady = new SteadyHandle(epoll, this);
        steady.registered(handler.register(steady));
        handles.put(steady.fd().intValue(), steady);
        return steady;
    }

    /** Its wish has changed. Loop thread. */
    void changed(SteadyHandle handle) {
        changed.add(handle);
    }

    ThreadAwareExecutor loop() {
        return loop;
    }

    private void tellKernel() {
        // A registration that fails closes its channel, whose pipeline may change others: they are behind it in the
        // list.
        for (int i = 0; i < changed.size(); i++) {
            changed.get(i).tellKernel();
        }
        changed.clear();
    }

    /** The handle has left the epoll set. Its number may belong to another one already. */
    void unregistered(SteadyHandle handle) {
        int fd = handle.fd().intValue();
        if (handles.get(fd) == handle) {
            handles.remove(fd);
        }
    }

    /** What is registered under this descriptor, or null. */
    SteadyHandle handle(int fd) {
        return handles.get(fd);
    }

    LoopPipes pipes() {
        return pipes;
    }

    @Override
    public void initialize() {
        handler.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        tellKernel();
        return handler.run(context);
    }

    @Override
    public void prepareToDestroy() {
        handler.prepareToDestroy();
    }

    @Override
    public void destroy() {
        pipes.close();
        handler.destroy();
    }

    @Override
    public void wakeup() {
        handler.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return handler.isCompatible(type);
    }
}

package io.sluice.loop;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.sluice.api.loop.StreamSplicer;
import io.sluice.loop.spi.PipeBackend;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Makes the epoll handlers of the loops, and splices between their sockets. */
final class EpollSplicer implements StreamSplicer, IoHandlerFactory {

    /**
     * Octets. A pipe's usual 64 KiB are 16 pages, which one call fills and the next empties; measured with this size the same stream takes half the
     * processor time. It is what a process without rights may have (fs.pipe-max-size), and costs memory only as far as it is filled.
     */
    static final int PIPE_SIZE = 1 << 20;

    private final IoHandlerFactory epoll = EpollIoHandler.newFactory();
    private final Map<ThreadAwareExecutor, SteadyEpollHandler> handlers = new ConcurrentHashMap<>();
    private volatile PipeBackend backend;

    @Override
    public IoHandler newHandler(ThreadAwareExecutor executor) {
        LoopPipes pipes = new LoopPipes((EventLoop) executor, this::open);
        SteadyEpollHandler handler = new SteadyEpollHandler(epoll.newHandler(executor), executor, pipes);
        handlers.put(executor, handler);
        return handler;
    }

    synchronized void backend(PipeBackend arrived) {
        backend = arrived;
    }

    synchronized void backendGone(PipeBackend gone) {
        if (backend == gone) {
            backend = null;
        }
    }

    /** A new pipe, as large as may be. */
    private Pipe open() throws IOException {
        Pipe pipe = Pipe.open();
        PipeBackend enlarging = backend;
        if (enlarging != null) {
            enlarging.enlarge(pipe.start(), PIPE_SIZE);
        }
        return pipe;
    }

    @Override
    public Splice splice(Channel from, Channel to, Listener listener) {
        if (from.eventLoop() != to.eventLoop() || !from.isActive() || !to.isActive()) {
            return null;
        }
        SteadyEpollHandler handler = handlers.get((ThreadAwareExecutor) from.eventLoop());
        SteadyHandle source = handle(handler, from);
        SteadyHandle sink = handle(handler, to);
        if (source == null || sink == null || source.source() != null || sink.sink() != null) {
            return null;
        }
        Pipe pipe = handler.pipes().take();
        if (pipe == null) {
            return null;
        }
        PipeSplice splice = new PipeSplice(from, to, source, sink, handler.pipes(), pipe, listener);
        splice.begin();
        return splice;
    }

    /** The pipes of a loop; for tests. */
    LoopPipes pipes(EventLoop loop) {
        return handlers.get((ThreadAwareExecutor) loop).pipes();
    }

    private static SteadyHandle handle(SteadyEpollHandler handler, Channel channel) {
        if (handler == null || !(channel instanceof EpollSocketChannel socket)) {
            return null;
        }
        SteadyHandle handle = handler.handle(socket.fd().intValue());
        return handle != null && handle.standsFor(channel.unsafe()) ? handle : null;
    }
}

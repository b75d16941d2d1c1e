package io.sluice.proxyserver.pipe;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import java.net.SocketAddress;
import java.util.ArrayDeque;

/**
 * One end of a pipe inside a loop: what is written at one end is read at the other, without a copy, and the FIN behind it.
 *
 * <p>Theory of operation. A write moves buffers to the other end's queue as long as that queue is short; otherwise they stay in this end's own
 * outbound buffer, whose water marks then say "not writable", as with a socket whose peer does not read. The other end takes them when it reads.
 * Closing one end closes the other behind what is queued there.
 *
 * <p>Both ends on one loop, and only used there. Ownership of buffers passes with them.
 */
public final class PipeChannel extends AbstractChannel implements DuplexChannel {

    /** Ours: as many as a socket's read loop delivers in one turn (Netty's default of 16). */
    private static final int MAX_QUEUED = 16;

    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final ArrayDeque<ByteBuf> queue = new ArrayDeque<>();
    private PipeChannel peer;
    private boolean open = true;
    private boolean readPending;
    private boolean scheduled;
    private boolean blocked;
    private boolean finQueued;
    private boolean peerClosed;
    private boolean inputShutdown;
    private boolean outputShutdown;

    private PipeChannel() {
        super(null);
    }

    /** An end with its {@link #peer}; both have yet to be registered on the same loop. */
    public static PipeChannel pair() {
        PipeChannel one = new PipeChannel();
        one.peer = new PipeChannel();
        one.peer.peer = one;
        return one;
    }

    public PipeChannel peer() {
        return peer;
    }

    @Override
    protected void doBeginRead() {
        readPending = true;
        schedule();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer out) {
        for (Object next = out.current(); next != null; next = out.current()) {
            if (!peer.open || peer.inputShutdown) {
                out.remove(new java.nio.channels.ClosedChannelException());
                continue;
            }
            if (peer.queue.size() >= MAX_QUEUED) {
                blocked = true;
                return;
            }
            ByteBuf bytes = (ByteBuf) next;
            if (bytes.isReadable()) {
                peer.queue.add(bytes.retain());
            }
            out.remove();
        }
        peer.schedule();
    }

    @Override
    protected void doShutdownOutput() {
        outputShutdown = true;
        peer.finQueued = true;
        peer.schedule();
    }

    @Override
    protected void doClose() {
        open = false;
        queue.forEach(ByteBuf::release);
        queue.clear();
        peer.peerClosed = true;
        peer.schedule();
    }

    /** Delivering is a task of its own: a relay between two pipes must not call itself. */
    private void schedule() {
        if (!scheduled && open && isRegistered()) {
            scheduled = true;
            eventLoop().execute(this::deliver);
        }
    }

    private void deliver() {
        scheduled = false;
        if (!open) {
            return;
        }
        if (readPending && !queue.isEmpty()) {
            readPending = false;
            do {
                pipeline().fireChannelRead(queue.poll());
            } while (config.isAutoRead() && !queue.isEmpty());
            pipeline().fireChannelReadComplete();
        }
        if (peer.blocked && queue.size() < MAX_QUEUED) {
            peer.blocked = false;
            peer.unsafe().flush();
        }
        if (open && queue.isEmpty() && !peer.blocked) {
            ended();
        }
    }

    /** Nothing is left to deliver: the FIN, or the close, is next. */
    private void ended() {
        if (finQueued && readPending && !inputShutdown) {
            inputShutdown = true;
            pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        }
        boolean nothingToCome = peerClosed && (!finQueued || inputShutdown);
        if (open && (nothingToCome || inputShutdown && outputShutdown)) {
            close();
        }
    }

    @Override
    public boolean isInputShutdown() {
        return inputShutdown || !open;
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown || !open;
    }

    @Override
    public boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        inputShutdown = true;
        queue.forEach(ByteBuf::release);
        queue.clear();
        schedule();
        return promise.setSuccess();
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        ((AbstractUnsafe) unsafe()).shutdownOutput(promise);
        schedule();
        return promise;
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        return close(promise);
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AbstractUnsafe() {
            @Override
            public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
                promise.setFailure(new UnsupportedOperationException("a pipe is connected from the beginning"));
            }
        };
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected SocketAddress localAddress0() {
        return null;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    protected void doBind(SocketAddress local) {
        throw new UnsupportedOperationException("a pipe is connected from the beginning");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }
}

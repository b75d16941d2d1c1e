package io.sluice.inbound.redirect;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.StreamRequest;
import io.sluice.proxyserver.InboundCounters;

/**
 * A redirected connection that waits for the flow room. The kernel has accepted it already, so all that a refusal can be is a reset.
 *
 * <p>While it waits it is the last handler, behind the one that keeps what comes early. A reset is the client's giving up; a FIN is not: the client may wait
 * for an answer to what it has sent before.
 */
final class RedirectedStream extends ChannelInboundHandlerAdapter implements StreamRequest {

    private final SocketChannel channel;
    private final FlowSource source;
    private final InboundCounters counters;
    private Runnable cancel;
    private boolean answered;

    RedirectedStream(SocketChannel channel, FlowSource source, InboundCounters counters) {
        this.channel = channel;
        this.source = source;
        this.counters = counters;
    }

    @Override
    public FlowSource source() {
        return source;
    }

    @Override
    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    @Override
    public ByteStream accept() {
        answer();
        counters.streams.increment();
        if (channel.pipeline().context(this) != null) {
            channel.pipeline().remove(this);
        }
        return new Client(channel, ByteStream.of(channel));
    }

    @Override
    public void reject(CloseReason reason) {
        answer();
        counters.refusedRequests.increment();
        ByteStream.of(channel).reset();
    }

    private void answer() {
        if (answered) {
            throw new IllegalStateException("this request was answered already");
        }
        answered = true;
        cancel = null;
    }

    @Override
    public void onCancel(Runnable listener) {
        cancel = listener;
        channel.closeFuture().addListener(closed -> cancelled());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    private void cancelled() {
        if (!answered && cancel != null) {
            Runnable listener = cancel;
            cancel = null;
            listener.run();
        }
    }

    /** Has SO_LINGER 0 until all of it is with the kernel, and its FIN: whatever ends it before, the death of this process among it, is a reset. */
    private record Client(SocketChannel channel, ByteStream plain) implements ByteStream {

        @Override
        public ChannelFuture shutdownOutput() {
            ChannelFuture sent = plain.shutdownOutput();
            if (sent.isDone()) {
                ended(sent);
            } else {
                sent.addListener(_ -> ended(sent));
            }
            return sent;
        }

        private void ended(ChannelFuture sent) {
            if (sent.isSuccess() && channel.isOpen()) {
                channel.config().setSoLinger(-1);
            }
        }

        @Override
        public void reset() {
            plain.reset();
        }
    }
}

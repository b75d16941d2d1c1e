package io.sluice.proxyserver;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.StreamRequest;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A stream that waits for the flow room. */
public final class StreamOpening implements StreamRequest {

    private final ChannelHandlerContext ctx;
    private final FlowSource source;
    private final Supplier<ByteStream> accepted;
    private final Consumer<CloseReason> refused;
    private Runnable cancel;
    private boolean answered;

    /**
     * @param accepted called when the flow room takes it; gives the client's stream
     * @param refused called when it does not
     */
    public StreamOpening(
            ChannelHandlerContext ctx,
            FlowSource source,
            Supplier<ByteStream> accepted,
            Consumer<CloseReason> refused) {
        this.ctx = ctx;
        this.source = source;
        this.accepted = accepted;
        this.refused = refused;
    }

    @Override
    public FlowSource source() {
        return source;
    }

    @Override
    public EventLoop eventLoop() {
        return ctx.channel().eventLoop();
    }

    @Override
    public ByteStream accept() {
        answer();
        return accepted.get();
    }

    @Override
    public void reject(CloseReason reason) {
        answer();
        refused.accept(reason);
    }

    private void answer() {
        if (answered) {
            throw new IllegalStateException("this request was answered already");
        }
        answered = true;
    }

    @Override
    public void onCancel(Runnable listener) {
        cancel = listener;
    }

    /** Nobody wants the stream any more. */
    public void cancelled() {
        if (!answered && cancel != null) {
            Runnable listener = cancel;
            cancel = null;
            listener.run();
        }
    }
}

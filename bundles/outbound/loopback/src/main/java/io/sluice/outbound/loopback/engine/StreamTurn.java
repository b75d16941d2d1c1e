package io.sluice.outbound.loopback.engine;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.StreamRequest;
import io.sluice.proxyserver.pipe.PipeChannel;

/** A stream on its way back: the second flow's request, whose acceptance opens the first flow's outbound. Loop thread only. */
final class StreamTurn implements StreamRequest {

    private final FlowSource source;
    private final EventLoop loop;
    private final Turns turns;
    private final Promise<ByteStream> result;
    private Runnable cancel;

    StreamTurn(FlowSource source, EventLoop loop, Turns turns) {
        this.source = source;
        this.loop = loop;
        this.turns = turns;
        this.result = loop.newPromise();
        result.addListener(done -> {
            if (done.isCancelled() && cancel != null) {
                cancel.run();
            }
        });
    }

    Future<ByteStream> result() {
        return result;
    }

    @Override
    public FlowSource source() {
        return source;
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public ByteStream accept() {
        PipeChannel first = PipeChannel.pair();
        PipeChannel second = first.peer();
        for (PipeChannel end : new PipeChannel[] {first, second}) {
            end.config().setAutoRead(false);
            loop.register(end);
        }
        cancel = null;
        if (!result.trySuccess(ByteStream.of(first))) {
            first.close();
            second.close();
        }
        return ByteStream.of(second);
    }

    @Override
    public void reject(CloseReason reason) {
        cancel = null;
        result.tryFailure(turns.refused(reason));
    }

    @Override
    public void onCancel(Runnable listener) {
        if (result.isCancelled()) {
            listener.run();
        } else if (!result.isDone()) {
            cancel = listener;
        }
    }
}

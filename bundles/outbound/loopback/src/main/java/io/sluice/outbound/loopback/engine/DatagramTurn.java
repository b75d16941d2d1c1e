package io.sluice.outbound.loopback.engine;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramRequest;
import io.sluice.api.flow.FlowSource;

/** An association on its way back. Loop thread only. */
record DatagramTurn(FlowSource source, EventLoop eventLoop, Promise<DatagramPort> result, Turns turns)
        implements DatagramRequest {

    @Override
    public DatagramPort accept() {
        DatagramPipe first = DatagramPipe.pair(eventLoop);
        // Later, when the second flow has set the receiver of its end: what waits at the first goes there at once.
        eventLoop.execute(() -> {
            if (!result.trySuccess(first)) {
                first.close(CloseReason.CLIENT_ABORTED);
            }
        });
        return first.peer();
    }

    @Override
    public void reject(CloseReason reason) {
        result.tryFailure(turns.refused(reason));
    }
}

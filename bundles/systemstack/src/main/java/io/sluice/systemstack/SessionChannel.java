package io.sluice.systemstack;

import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.systemstack.engine.KernelConnection;
import io.sluice.systemstack.engine.NatSession;

/** The kernel's end of a session: a socket that is registered once a flow takes it. Loop thread only. */
final class SessionChannel implements KernelConnection {

    private final SocketChannel channel;
    private NatSession session;
    private boolean taken;

    SessionChannel(SocketChannel channel) {
        this.channel = channel;
    }

    void session(NatSession its) {
        session = its;
    }

    /** Gives it to a flow: registered, nothing read. */
    ByteStream take(EventLoop loop) {
        taken = true;
        channel.closeFuture().addListener(closed -> session.closed());
        loop.register(channel);
        return ByteStream.of(channel);
    }

    @Override
    public void reset() {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        if (taken) {
            channel.close();
        } else {
            channel.unsafe().closeForcibly();
        }
    }

    @Override
    public void ended(CloseReason reason) {
        if (taken && channel.isOpen() && reason != CloseReason.CLIENT_ABORTED) {
            // An inactive channel says that the client is gone; whatever else ended it has to be said.
            channel.pipeline().fireExceptionCaught(new ConnectException(reason, reason.sentence()));
        }
        if (channel.isOpen()) {
            reset();
        }
    }
}

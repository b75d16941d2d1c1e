package io.sluice.systemstack;

import io.netty.channel.EventLoop;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.StreamRequest;
import io.sluice.api.net.Network;
import io.sluice.systemstack.engine.NatSession;

/** A session as a request: accepting it lets the kernel's SYN, ACK go to the client. */
final class SessionRequest implements StreamRequest {

    private final NatSession session;
    private final SessionChannel connection;
    private final EventLoop loop;
    private final FlowSource source;

    SessionRequest(NatSession session, EventLoop loop, String inboundTag) {
        this.session = session;
        this.connection = (SessionChannel) session.connection();
        this.loop = loop;
        this.source = FlowSource.ofPackets(Network.TCP, inboundTag, session.remote(), session.local());
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
        boolean waiting = session.accept();
        ByteStream stream = connection.take(loop);
        if (!waiting) {
            stream.reset(); // the client has gone meanwhile
        }
        return stream;
    }

    @Override
    public void reject(CloseReason reason) {
        session.reject(reason);
    }

    @Override
    public void onCancel(Runnable listener) {
        session.onCancel(listener);
    }
}

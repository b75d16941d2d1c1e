package io.sluice.netstack.attach;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.netstack.engine.udp.UdpSession;
import java.net.InetSocketAddress;

/** A UDP session as a client's end. */
final class UdpDatagramPort implements DatagramPort {

    private final UdpSession session;
    private final EventLoop loop;
    private final Promise<CloseReason> closed;

    UdpDatagramPort(UdpSession session, EventLoop loop) {
        this.session = session;
        this.loop = loop;
        this.closed = loop.newPromise();
    }

    UdpDatagramPort open() {
        session.accept(closed::trySuccess);
        return this;
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        session.send(payload, segmentSize, peer);
    }

    @Override
    public void flush() {
        session.flush();
    }

    @Override
    public void receiver(DatagramReceiver receiver) {
        session.receiver(receiver);
    }

    @Override
    public void unreachable(InetSocketAddress peer, CloseReason reason) {
        session.unreachable(peer, reason);
    }

    @Override
    public void close(CloseReason reason) {
        session.close(reason);
    }

    @Override
    public Future<CloseReason> closed() {
        return closed;
    }

    @Override
    public String toString() {
        return session.toString();
    }
}

package io.sluice.netstack.attach;

import io.netty.channel.EventLoop;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramRequest;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.netstack.engine.udp.UdpSession;

/** A client endpoint's first datagram as a request. */
final class UdpDatagramRequest implements DatagramRequest {

    private final UdpSession session;
    private final EventLoop loop;
    private final FlowSource source;

    UdpDatagramRequest(UdpSession session, EventLoop loop, String inboundTag) {
        this.session = session;
        this.loop = loop;
        this.source = FlowSource.ofPackets(Network.UDP, inboundTag, session.remote(), session.peer());
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
    public DatagramPort accept() {
        return new UdpDatagramPort(session, loop).open();
    }

    @Override
    public void reject(CloseReason reason) {
        session.reject(reason);
    }
}

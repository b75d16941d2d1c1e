package io.sluice.inbound.shadowsocks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.proxycodec.HostNames;
import io.sluice.proxyserver.ClientDatagramPort;
import io.sluice.proxyserver.InboundCounters;
import io.sluice.shadowsocks.packet.Datagram;
import io.sluice.shadowsocks.packet.ServerSession;
import java.net.InetSocketAddress;

/** One client's session while it has a flow. On the server's loop. */
final class ClientAssociation implements ClientDatagramPort.Association {

    private final PacketServer server;
    private final ServerSession session;
    private ClientDatagramPort flow;
    private boolean touched;

    ClientAssociation(PacketServer server, ServerSession session) {
        this.server = server;
        this.session = session;
        session.owner(this, () -> close(CloseReason.LIMIT_REACHED));
    }

    /**
     * Ownership of the payload passes.
     *
     * @return whether it is the first of a batch
     */
    boolean arrived(FlowAcceptor flows, Datagram datagram) {
        if (flow != null) {
            flow.arrived(datagram.payload(), datagram.peer());
        } else {
            FlowSource source = FlowSource.keyed(
                    Network.UDP, server.door().settings().tag(), session.client(), datagram.peer(), session.user());
            ClientDatagramPort begun = ClientDatagramPort.begin(this, flows, source, datagram.payload());
            if (!begun.closed().isDone()) {
                flow = begun;
            }
        }
        boolean first = !touched;
        touched = true;
        return first;
    }

    void batchComplete() {
        touched = false;
        if (flow != null) {
            flow.batchComplete();
        }
    }

    void close(CloseReason reason) {
        if (flow != null) {
            flow.close(reason);
        }
    }

    @Override
    public EventLoop eventLoop() {
        return server.eventLoop();
    }

    @Override
    public InboundCounters counters() {
        return server.door().counters();
    }

    @Override
    public void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        if (!HostNames.isCarriable(peer)) {
            counters().droppedDatagrams.increment();
            payload.release();
            return;
        }
        int sealedSize = segmentSize == 0 ? 0 : segmentSize + session.overhead(peer);
        ByteBuf packet = session.seal(payload, segmentSize, peer);
        if (packet == null || !server.send(packet, sealedSize, session.client())) {
            counters().droppedDatagrams.increment();
        }
    }

    @Override
    public void flush() {
        server.flush();
    }

    /** The session is remembered without us: its packets must not be taken twice. */
    @Override
    public void forget(ClientDatagramPort ended, CloseReason reason) {
        flow = null;
        if (session.owner() == this) {
            session.owner(null, () -> {});
        }
        server.ended(this);
    }
}

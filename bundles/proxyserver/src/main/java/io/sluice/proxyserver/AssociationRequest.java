package io.sluice.proxyserver;

import io.netty.channel.EventLoop;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramRequest;
import io.sluice.api.flow.FlowSource;

/** The first datagram of an association, or the first after its last flow ended. */
record AssociationRequest(ClientDatagramPort.Association association, ClientDatagramPort port, FlowSource source)
        implements DatagramRequest {

    @Override
    public EventLoop eventLoop() {
        return association.eventLoop();
    }

    @Override
    public DatagramPort accept() {
        return port;
    }

    /** No protocol here has a word for it: silence. */
    @Override
    public void reject(CloseReason reason) {
        association.counters().refusedRequests.increment();
        port.close(reason);
    }
}

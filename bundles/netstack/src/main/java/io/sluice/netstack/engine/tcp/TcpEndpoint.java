package io.sluice.netstack.engine.tcp;

import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Endpoint;

/** What a segment can be for. */
abstract class TcpEndpoint extends Endpoint {

    final TcpLayer layer;

    TcpEndpoint(TcpLayer layer, long remoteHigh, long remoteLow, long localHigh, long localLow, int ports) {
        super(remoteHigh, remoteLow, localHigh, localLow, ports);
        this.layer = layer;
    }

    TcpEndpoint(TcpEndpoint same) {
        super(same);
        this.layer = same.layer;
    }

    /** A segment with a well-formed header; borrowed. */
    abstract void arrived(Segment segment);

    /** The stack goes away. */
    abstract void detach(CloseReason reason, long nowNanos);
}

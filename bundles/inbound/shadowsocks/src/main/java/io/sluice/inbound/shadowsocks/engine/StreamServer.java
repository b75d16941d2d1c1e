package io.sluice.inbound.shadowsocks.engine;

import io.sluice.api.flow.ByteStream;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.proxyserver.Door;
import io.sluice.shadowsocks.stream.ServerContext;

/** Takes streams of Shadowsocks clients, raw or out of layers. Any loop. */
public record StreamServer(Door door, ServerContext context, ServerCounters counters) implements StreamAcceptor {

    @Override
    public void accept(ByteStream stream, Arrival arrival) {
        new StreamConversation(this, stream, arrival).begin();
    }
}

package io.sluice.netstack.channel;

import io.netty.channel.EventLoop;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.StreamRequest;
import io.sluice.api.net.Network;
import io.sluice.netstack.engine.tcp.HalfOpen;
import io.sluice.netstack.engine.tcp.TcpConnection;

/** A SYN as a request: accepting it sends SYN, ACK and makes the channel. */
public final class TcpStreamRequest implements StreamRequest {

    private final HalfOpen offer;
    private final EventLoop loop;
    private final FlowSource source;

    public TcpStreamRequest(HalfOpen offer, EventLoop loop, String inboundTag) {
        this.offer = offer;
        this.loop = loop;
        this.source = FlowSource.ofPackets(Network.TCP, inboundTag, offer.remote(), offer.local());
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
        TcpChannel channel = new TcpChannel(source.source(), source.destination());
        channel.config().setAutoRead(false);
        TcpConnection connection = offer.accept(channel);
        channel.connection(connection);
        loop.register(channel);
        if (connection == null) {
            channel.unsafe().close(channel.voidPromise()); // the client has gone meanwhile
        }
        return ByteStream.of(channel);
    }

    @Override
    public void reject(CloseReason reason) {
        offer.reject(reason);
    }

    @Override
    public void onCancel(Runnable listener) {
        offer.onCancel(listener);
    }
}

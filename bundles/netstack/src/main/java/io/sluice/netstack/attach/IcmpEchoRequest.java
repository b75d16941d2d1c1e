package io.sluice.netstack.attach;

import io.netty.channel.EventLoop;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.EchoRequest;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.netstack.engine.icmp.EchoOffer;

/** An echo request for a host beyond the gateway as a request. */
final class IcmpEchoRequest implements EchoRequest {

    private final EchoOffer offer;
    private final EventLoop loop;
    private final FlowSource source;

    IcmpEchoRequest(EchoOffer offer, EventLoop loop, String inboundTag) {
        this.offer = offer;
        this.loop = loop;
        this.source = FlowSource.ofPackets(Network.ICMP, inboundTag, offer.remote(), offer.local());
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
    public int length() {
        return offer.dataLength();
    }

    @Override
    public void reply() {
        offer.reply();
    }

    @Override
    public void reject(CloseReason reason) {
        offer.reject(reason);
    }
}

package io.sluice.outbound.shadowsocks.engine;

import io.netty.channel.Channel;
import io.sluice.api.egress.EgressBinder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** No tunnel here to keep sockets out of. */
final class OpenEgress implements EgressBinder {

    @Override
    public void bind(Channel channel, InetAddress destination) {
        // Nothing to bind to.
    }

    @Override
    public void own(Channel channel) {
        // Nothing comes back.
    }

    @Override
    public boolean isOwn(InetSocketAddress source) {
        return false;
    }

    @Override
    public boolean isHostAddress(InetAddress address) {
        return address.isLoopbackAddress();
    }

    @Override
    public EgressStatus status() {
        return new EgressStatus(0, Optional.empty(), Optional.empty(), Optional.empty());
    }
}

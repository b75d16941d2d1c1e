package io.sluice.outbound.socks.engine;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what it is asked to bind; refuses when told to. */
public final class RecordingEgress implements EgressBinder {

    final List<String> bound = new CopyOnWriteArrayList<>();
    final List<InetSocketAddress> own = new CopyOnWriteArrayList<>();
    volatile boolean refuses;
    volatile boolean hasIpv6 = true;

    @Override
    public void bind(Channel channel, InetAddress destination) throws EgressException {
        // Netty's resolver calls a datagram socket active before it is bound.
        if (!channel.isRegistered() || (channel instanceof SocketChannel && channel.isActive())) {
            throw new AssertionError("bind is for registered channels that are not connected");
        }
        if (refuses || (!hasIpv6 && destination instanceof Inet6Address)) {
            throw new EgressException("no interface to send by");
        }
        bound.add(channel.getClass().getSimpleName() + " " + destination);
    }

    @Override
    public void own(Channel channel) {
        own.add((InetSocketAddress) channel.localAddress());
    }

    @Override
    public boolean isOwn(InetSocketAddress source) {
        return own.contains(source);
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

package io.sluice.outbound.socks.engine;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.egress.EgressException;
import io.sluice.api.loop.EventLoops;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks the proxy's name up: with Netty's resolver, whose sockets egress binds like any other of ours. The JDK's own resolver would block
 * the loop and ask through the tunnel. Answers are kept as long as their TTL says. One resolver a loop, made when first needed.
 */
final class ProxyResolver implements AutoCloseable {

    private final InetSocketAddress address;
    private final ProxyConnector connector;
    private final ReflectiveChannelFactory<? extends DatagramChannel> datagrams;
    private final ReflectiveChannelFactory<? extends SocketChannel> streams;
    private final DnsServerAddressStreamProvider servers = DnsServerAddressStreamProviders.platformDefault();
    private final Map<EventLoop, DnsNameResolver> resolvers = new ConcurrentHashMap<>();

    ProxyResolver(InetSocketAddress address, EventLoops loops, ProxyConnector connector) {
        this.address = address;
        this.connector = connector;
        this.datagrams = new ReflectiveChannelFactory<>(loops.datagramChannel());
        this.streams = new ReflectiveChannelFactory<>(loops.streamChannel());
    }

    /** The proxy's address, resolved. On the loop; completes on it. */
    Future<InetSocketAddress> resolve(EventLoop loop) {
        if (!address.isUnresolved()) {
            return loop.newSucceededFuture(address);
        }
        Promise<InetSocketAddress> promise = loop.newPromise();
        resolvers
                .computeIfAbsent(loop, this::open)
                .resolve(address.getHostString())
                .addListener((Future<InetAddress> found) -> {
                    if (found.isSuccess()) {
                        promise.trySuccess(new InetSocketAddress(found.getNow(), address.getPort()));
                    } else {
                        promise.tryFailure(found.cause());
                    }
                });
        return promise;
    }

    private DnsNameResolver open(EventLoop loop) {
        return new DnsNameResolverBuilder(loop)
                .datagramChannelFactory(bound(datagrams))
                .socketChannelFactory(bound(streams))
                .nameServerProvider(servers)
                .build();
    }

    private <C extends Channel> ChannelFactory<C> bound(ChannelFactory<? extends C> factory) {
        return () -> {
            C channel = factory.newChannel();
            channel.pipeline().addFirst(new BindOnRegistration());
            return channel;
        };
    }

    /** The host's own resolver is reached by loopback, not by the physical interface: egress must know. */
    private InetAddress onlyServer() {
        DnsServerAddressStream stream = servers.nameServerAddressStream(address.getHostString());
        InetSocketAddress first = stream.next();
        return first != null && first.getAddress() != null && first.getAddress().isLoopbackAddress()
                ? first.getAddress()
                : null;
    }

    @Override
    public void close() {
        resolvers.values().forEach(DnsNameResolver::close);
        resolvers.clear();
    }

    /** Binds as soon as the channel is registered, before it is bound or connected; closes it if there is nothing to bind to. */
    private final class BindOnRegistration extends ChannelHandlerAdapter {

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            try {
                connector.bind(ctx.channel(), onlyServer());
                ctx.pipeline().remove(this);
            } catch (EgressException e) {
                ctx.close();
            }
        }
    }
}

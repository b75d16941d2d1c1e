package io.sluice.outbound.socks.engine;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.egress.EgressException;
import io.sluice.api.loop.EventLoops;
import io.sluice.dialer.failure.NameFailures;
import io.sluice.dialer.names.NextServerFirst;
import io.sluice.dialer.names.SteadyLookup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks the proxy's name up: with Netty's resolver, whose sockets egress binds like any other of ours. The JDK's own resolver would block
 * the loop and ask through the tunnel. Answers are kept as long as their TTL says, and longer when no name server answers ({@link SteadyLookup}). A fresh socket for each
 * question: it is bound to the interface that is the egress then. Two resolvers a loop, made when first needed.
 */
final class ProxyResolver implements AutoCloseable {

    private final InetSocketAddress address;
    private final ProxyConnector connector;
    private final ReflectiveChannelFactory<? extends DatagramChannel> datagrams;
    private final ReflectiveChannelFactory<? extends SocketChannel> streams;
    private final DnsServerAddressStreamProvider servers = DnsServerAddressStreamProviders.platformDefault();
    private final Map<EventLoop, Resolvers> resolvers = new ConcurrentHashMap<>();

    /** Of one loop. */
    private record Resolvers(SteadyLookup<InetAddress> lookup, DnsNameResolver inOrder, DnsNameResolver nextFirst) {

        void close() {
            inOrder.close();
            nextFirst.close();
        }
    }

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
                .lookup
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

    private Resolvers open(EventLoop loop) {
        DnsCache cache = new DefaultDnsCache();
        DnsNameResolver inOrder = open(loop, servers, cache);
        DnsNameResolver nextFirst = open(loop, new NextServerFirst(servers), cache);
        return new Resolvers(
                new SteadyLookup<>(loop, inOrder::resolve, nextFirst::resolve, NameFailures::isNoSuchName),
                inOrder,
                nextFirst);
    }

    private DnsNameResolver open(EventLoop loop, DnsServerAddressStreamProvider order, DnsCache cache) {
        return new DnsNameResolverBuilder(loop)
                .datagramChannelFactory(bound(datagrams, order))
                .socketChannelFactory(bound(streams, order))
                .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                .nameServerProvider(order)
                .resolveCache(cache)
                .build();
    }

    private <C extends Channel> ChannelFactory<C> bound(
            ChannelFactory<? extends C> factory, DnsServerAddressStreamProvider order) {
        return () -> {
            C channel = factory.newChannel();
            channel.pipeline().addFirst(new BindOnRegistration(order));
            return channel;
        };
    }

    /** The host's own resolver is reached by loopback, not by the physical interface: egress must know. */
    private InetAddress firstServer(DnsServerAddressStreamProvider order) {
        DnsServerAddressStream stream = order.nameServerAddressStream(address.getHostString());
        InetSocketAddress first = stream.next();
        return first != null && first.getAddress() != null && first.getAddress().isLoopbackAddress()
                ? first.getAddress()
                : null;
    }

    @Override
    public void close() {
        resolvers.values().forEach(Resolvers::close);
        resolvers.clear();
    }

    /** Binds as soon as the channel is registered, before it is bound or connected; closes it if there is nothing to bind to. */
    private final class BindOnRegistration extends ChannelHandlerAdapter {

        private final DnsServerAddressStreamProvider order;

        BindOnRegistration(DnsServerAddressStreamProvider order) {
            this.order = order;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            try {
                connector.bind(ctx.channel(), firstServer(order));
                ctx.pipeline().remove(this);
            } catch (EgressException e) {
                ctx.close();
            }
        }
    }
}

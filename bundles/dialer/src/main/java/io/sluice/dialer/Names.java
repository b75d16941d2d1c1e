package io.sluice.dialer;

import io.netty.channel.EventLoop;
import io.netty.resolver.HostsFileEntriesResolver;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;
import io.sluice.api.egress.EgressBinder;
import io.sluice.dialer.failure.NameFailures;
import io.sluice.dialer.names.NextServerFirst;
import io.sluice.dialer.names.SteadyLookup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Host names to addresses, asked by sockets that leave by the egress: the JDK's resolver would block the loop and go through the tunnel. Two
 * Netty resolvers for each loop with one cache, which differ in whom they ask first ({@link SteadyLookup}), a fresh socket (and so a fresh port, RFC 5452 §9.2) for each question; both families are waited for.
 */
public final class Names implements AutoCloseable {

    private final SocketKinds sockets;
    private final Supplier<EgressBinder> binder;
    private final AddressPreference preference;
    private final DnsServerAddressStreamProvider servers;
    private final ConcurrentHashMap<EventLoop, Resolvers> resolvers = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** Of one loop. */
    private record Resolvers(
            SteadyLookup<List<InetAddress>> lookup, DnsNameResolver inOrder, DnsNameResolver nextFirst) {

        void close() {
            inOrder.close();
            nextFirst.close();
        }
    }

    /** @param nameservers who is asked, in this order; empty takes the host's own list */
    public Names(
            SocketKinds sockets,
            Supplier<EgressBinder> binder,
            AddressPreference preference,
            List<InetSocketAddress> nameservers) {
        this.sockets = sockets;
        this.binder = binder;
        this.preference = preference;
        this.servers = nameservers.isEmpty()
                ? DnsServerAddressStreamProviders.platformDefault()
                : new SequentialDnsServerAddressStreamProvider(nameservers);
    }

    /** On the loop; fails with UnknownHostException. */
    public Future<List<InetAddress>> resolve(String name, EventLoop loop) {
        if (closed) {
            return loop.newFailedFuture(new UnknownHostException(name + " (the outbound is withdrawn)"));
        }
        Resolvers own = resolvers.get(loop);
        if (own == null) {
            own = resolvers.computeIfAbsent(loop, this::create);
        }
        return own.lookup.resolve(name);
    }

    @Override
    public void close() {
        closed = true;
        resolvers.values().forEach(Resolvers::close);
        resolvers.clear();
    }

    private Resolvers create(EventLoop loop) {
        BoundedDnsCache cache = new BoundedDnsCache();
        DnsNameResolver inOrder = create(loop, servers, cache);
        DnsNameResolver nextFirst = create(loop, new NextServerFirst(servers), cache);
        return new Resolvers(
                new SteadyLookup<>(loop, inOrder::resolveAll, nextFirst::resolveAll, NameFailures::isNoSuchName),
                inOrder,
                nextFirst);
    }

    private DnsNameResolver create(EventLoop loop, DnsServerAddressStreamProvider order, BoundedDnsCache cache) {
        return new DnsNameResolverBuilder(loop)
                .datagramChannelFactory(() -> sockets.datagram(null, new EgressGate(binder)))
                .socketChannelFactory(() -> sockets.stream(new EgressGate(binder)))
                // Not bound by Netty: the gate does it, after the egress binder.
                .localAddress(null)
                .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                .nameServerProvider(order)
                .hostsFileEntriesResolver(HostsFileEntriesResolver.DEFAULT)
                .resolvedAddressTypes(preference.types())
                .completeOncePreferredResolved(false)
                // A client's name is absolute: it must not be tried with this host's search list.
                .searchDomains(List.of())
                .ndots(1)
                .resolveCache(cache)
                .cnameCache(NoopDnsCnameCache.INSTANCE)
                .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
                .build();
    }
}

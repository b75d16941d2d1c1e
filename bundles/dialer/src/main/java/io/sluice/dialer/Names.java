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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Host names to addresses, asked by sockets that leave by the egress: the JDK's resolver would block the loop and go through the tunnel. One
 * Netty resolver for each loop, a fresh socket (and so a fresh port, RFC 5452 §9.2) for each question; both families are waited for.
 */
public final class Names implements AutoCloseable {

    private final SocketKinds sockets;
    private final Supplier<EgressBinder> binder;
    private final AddressPreference preference;
    private final DnsServerAddressStreamProvider servers;
    private final ConcurrentHashMap<EventLoop, DnsNameResolver> resolvers = new ConcurrentHashMap<>();
    private volatile boolean closed;

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
        DnsNameResolver resolver = resolvers.get(loop);
        if (resolver == null) {
            resolver = resolvers.computeIfAbsent(loop, this::create);
        }
        return resolver.resolveAll(name);
    }

    @Override
    public void close() {
        closed = true;
        resolvers.values().forEach(DnsNameResolver::close);
        resolvers.clear();
    }

    private DnsNameResolver create(EventLoop loop) {
        return new DnsNameResolverBuilder(loop)
                .datagramChannelFactory(() -> sockets.datagram(null, new EgressGate(binder)))
                .socketChannelFactory(() -> sockets.stream(new EgressGate(binder)))
                // Not bound by Netty: the gate does it, after the egress binder.
                .localAddress(null)
                .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                .nameServerProvider(servers)
                .hostsFileEntriesResolver(HostsFileEntriesResolver.DEFAULT)
                .resolvedAddressTypes(preference.types())
                .completeOncePreferredResolved(false)
                // A client's name is absolute: it must not be tried with this host's search list.
                .searchDomains(List.of())
                .ndots(1)
                .resolveCache(new BoundedDnsCache())
                .cnameCache(NoopDnsCnameCache.INSTANCE)
                .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
                .build();
    }
}

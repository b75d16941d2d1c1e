package io.sluice.dialer;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsCacheEntry;
import java.net.InetAddress;
import java.util.List;

/**
 * Netty's cache has no bound but the answers' lifetimes, and a client that asks for random names would fill it. This one starts afresh
 * after {@link #MAX_ADDED} additions. One loop.
 */
final class BoundedDnsCache implements DnsCache {

    /** Ours: some hours of a household's names, about 2 MiB a loop. */
    static final int MAX_ADDED = 4_096;

    /** Upper bound of a kept answer, in seconds: a change at the name's owner is seen within 5 min whatever its TTL says. */
    private static final int MAX_TTL_SECONDS = 300;

    /** A failure is asked again soon: RFC 2308 §7.1 allows up to 5 min; 5 s only breaks a storm of the same question. */
    private static final int NEGATIVE_TTL_SECONDS = 5;

    private final DefaultDnsCache cache = new DefaultDnsCache(0, MAX_TTL_SECONDS, NEGATIVE_TTL_SECONDS);
    private int added;

    @Override
    public void clear() {
        added = 0;
        cache.clear();
    }

    @Override
    public boolean clear(String hostname) {
        return cache.clear(hostname);
    }

    @Override
    public List<? extends DnsCacheEntry> get(String hostname, DnsRecord[] additionals) {
        return cache.get(hostname, additionals);
    }

    @Override
    public DnsCacheEntry cache(
            String hostname, DnsRecord[] additionals, InetAddress address, long originalTtl, EventLoop loop) {
        makeRoom();
        return cache.cache(hostname, additionals, address, originalTtl, loop);
    }

    @Override
    public DnsCacheEntry cache(String hostname, DnsRecord[] additionals, Throwable cause, EventLoop loop) {
        makeRoom();
        return cache.cache(hostname, additionals, cause, loop);
    }

    private void makeRoom() {
        if (++added > MAX_ADDED) {
            clear();
        }
    }
}

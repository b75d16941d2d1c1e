package io.sluice.egress.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;

/** The local endpoints of our live sockets of one protocol, counted, for several sockets may share one. Any thread. */
public final class OwnEndpoints {

    private final ConcurrentMap<InetSocketAddress, Integer> exact = new ConcurrentHashMap<>();
    private final ConcurrentMap<Integer, Integer> wildcard = new ConcurrentHashMap<>();

    public void add(InetSocketAddress endpoint) {
        if (endpoint.getAddress().isAnyLocalAddress()) {
            wildcard.merge(endpoint.getPort(), 1, Integer::sum);
        } else {
            exact.merge(endpoint, 1, Integer::sum);
        }
    }

    public void remove(InetSocketAddress endpoint) {
        if (endpoint.getAddress().isAnyLocalAddress()) {
            wildcard.computeIfPresent(endpoint.getPort(), (key, count) -> count == 1 ? null : count - 1);
        } else {
            exact.computeIfPresent(endpoint, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    /**
     * Whether the endpoint is ours.
     *
     * @param local tells addresses of this host, for sockets that are bound to no address
     */
    public boolean contains(InetSocketAddress endpoint, Predicate<InetAddress> local) {
        return exact.containsKey(endpoint)
                || (wildcard.containsKey(endpoint.getPort()) && local.test(endpoint.getAddress()));
    }

    /** How many endpoints are known; for tests and diagnosis. */
    public int size() {
        return exact.size() + wildcard.size();
    }
}

package io.sluice.outbound.socks.engine;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.dialer.ServerChain;
import io.sluice.proxycodec.socks.Socks5Address;
import io.sluice.proxycodec.socks.Socks5Credentials;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Opens streams and associations through one proxy. What attempts share: the way to the proxy, what is known of it, the counters. Any thread. */
public final class ProxyConnector implements AutoCloseable {

    private final Proxy proxy;
    private final ServerChain chain;
    private final EventLoops loops;
    private final Pipelining pipelining;
    private final SocksCounters counters = new SocksCounters();

    /**
     * @param chain how the proxy is reached; ownership passes
     * @param credentials for RFC 1929; empty means that no authentication is offered
     */
    public ProxyConnector(
            ServerChain chain, Optional<Socks5Credentials> credentials, EventLoops loops, Pipelining pipelining) {
        this.proxy = new Proxy(chain.server(), credentials);
        this.chain = chain;
        this.loops = loops;
        this.pipelining = pipelining;
    }

    /** As {@link io.sluice.api.outbound.Outbound#openStream}. */
    public Future<ByteStream> openStream(OpenRequest request) {
        Promise<ByteStream> promise = request.eventLoop().newPromise();
        if (isCarriable(request.destination(), promise)) {
            new StreamDial(this, request, promise).start();
        }
        return promise;
    }

    /** As {@link io.sluice.api.outbound.Outbound#openDatagrams}. */
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        Promise<DatagramPort> promise = request.eventLoop().newPromise();
        if (isCarriable(request.destination(), promise)) {
            new DatagramDial(this, request, promise).start();
        }
        return promise;
    }

    private static boolean isCarriable(InetSocketAddress destination, Promise<?> promise) {
        if (Socks5Address.isCarriable(destination)) {
            return true;
        }
        promise.setFailure(new ConnectException(
                        CloseReason.RESOLVE_FAILED,
                        "SOCKS5 carries names of 1 to 255 visible ASCII characters; this one is not: port "
                                + destination.getPort() + ", "
                                + destination.getHostString().length() + " characters")
                .blaming(Blame.DESTINATION));
        return false;
    }

    /** Starts the one connection that finds out whether the proxy can be pipelined to. */
    void probe(EventLoop loop) {
        new ProbeDial(this, loop).start();
    }

    Proxy proxy() {
        return proxy;
    }

    ServerChain chain() {
        return chain;
    }

    EventLoops loops() {
        return loops;
    }

    Pipelining pipelining() {
        return pipelining;
    }

    public SocksCounters counters() {
        return counters;
    }

    /** Lets go of what the chain keeps; attempts under way run to their end. */
    @Override
    public void close() {
        chain.close();
    }
}

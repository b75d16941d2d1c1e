package io.sluice.outbound.socks.engine;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressException;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.dialer.AddressPreference;
import io.sluice.dialer.Names;
import io.sluice.dialer.SocketKinds;
import io.sluice.proxycodec.socks.Socks5Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Opens streams and associations through one proxy. What attempts share: the proxy, egress, the resolvers, the counters. Any thread. */
public final class ProxyConnector implements AutoCloseable {

    /** Of the proxy's addresses. */
    private static final AddressPreference PREFERENCE = AddressPreference.IPV6_FIRST;

    private final Proxy proxy;
    private final EventLoops loops;
    private final Supplier<EgressBinder> egress;
    private final Pipelining pipelining;
    private final SocksCounters counters = new SocksCounters();
    private final ReflectiveChannelFactory<? extends DatagramChannel> datagrams;
    private final Names names;
    private volatile InetAddress lastGood;

    /**
     * @param egress gives the binder, or null while there is none
     * @param nameservers who is asked for the proxy's name, in this order; empty takes the host's own list
     */
    public ProxyConnector(
            Proxy proxy,
            EventLoops loops,
            Supplier<EgressBinder> egress,
            Pipelining pipelining,
            List<InetSocketAddress> nameservers) {
        this.proxy = proxy;
        this.loops = loops;
        this.egress = egress;
        this.pipelining = pipelining;
        this.datagrams = new ReflectiveChannelFactory<>(loops.datagramChannel());
        this.names = new Names(new SocketKinds(loops), egress, PREFERENCE, nameservers);
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
                        + destination.getHostString().length() + " characters"));
        return false;
    }

    /** Starts the one connection that finds out whether the proxy can be pipelined to. */
    void probe(EventLoop loop) {
        new ProbeDial(this, loop).start();
    }

    Proxy proxy() {
        return proxy;
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

    /** Who looks the proxy's name up. */
    Names names() {
        return names;
    }

    /** The addresses of a name in the order in which they are tried: the one that stood last comes first, so that a silent one is not waited for each time. */
    List<InetSocketAddress> ordered(List<InetAddress> found) {
        List<InetAddress> order = new ArrayList<>(PREFERENCE.order(found));
        InetAddress last = lastGood;
        if (order.remove(last)) {
            order.addFirst(last);
        }
        return order.stream()
                .map(address -> new InetSocketAddress(address, proxy.address().getPort()))
                .toList();
    }

    /** A connection to this address stands. */
    void stands(InetAddress address) {
        lastGood = address;
    }

    SocketChannel newStream(InetAddress remote) {
        return loops.newStream(remote);
    }

    DatagramChannel newDatagramChannel() {
        return datagrams.newChannel();
    }

    /** Fails closed: without a binder nothing is dialled. */
    void bind(Channel channel, InetAddress destination) throws EgressException {
        EgressBinder binder = egress.get();
        if (binder == null) {
            throw new EgressException("the egress room is not active, so no socket may be opened");
        }
        binder.bind(channel, destination);
    }

    /** Tells egress that a socket is ours, once it has its local address. */
    void own(Channel channel) {
        EgressBinder binder = egress.get();
        if (binder != null) {
            binder.own(channel);
        }
    }

    /** Closes the resolvers; attempts under way run to their end. */
    @Override
    public void close() {
        names.close();
    }
}

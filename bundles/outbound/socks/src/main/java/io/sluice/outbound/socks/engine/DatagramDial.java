package io.sluice.outbound.socks.engine;

import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Promise;
import io.sluice.api.egress.EgressException;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.proxycodec.socks.Socks5Address;
import io.sluice.proxycodec.socks.Socks5Command;
import java.net.InetSocketAddress;

/** An attempt to open an association: UDP ASSOCIATE on a control connection, then a socket connected to the relay that the proxy names. */
final class DatagramDial extends Dial {

    private final OpenRequest request;
    private final Promise<DatagramPort> promise;
    private DatagramChannel datagrams;

    DatagramDial(ProxyConnector connector, OpenRequest request, Promise<DatagramPort> promise) {
        super(
                connector,
                request.eventLoop(),
                request.timeout(),
                Socks5Command.UDP_ASSOCIATE.code(),
                // RFC 1928 §4: all zeros when the client does not know yet where it will send from.
                Socks5Address.UNSPECIFIED,
                connector.pipelining().isPipelined());
        this.request = request;
        this.promise = promise;
        promise.addListener(done -> {
            if (done.isCancelled()) {
                cancel();
                closeDatagrams();
            }
        });
    }

    @Override
    void succeed(SocketChannel control, InetSocketAddress bound) {
        enter(Phase.RELAY);
        InetSocketAddress relay = relay(control.remoteAddress(), bound);
        try {
            datagrams = connector().newDatagramChannel();
        } catch (RuntimeException e) {
            broken(e);
            return;
        }
        datagrams.config().setAutoRead(false);
        loop().register(datagrams).addListener((ChannelFuture registered) -> {
            if (registered.isSuccess()) {
                connect(relay);
            } else {
                broken(registered.cause());
            }
        });
    }

    /**
     * Where datagrams go. A proxy that listens on all addresses often says 0.0.0.0, and one that gives a name means itself: then it is
     * the address that the control connection goes to.
     */
    private static InetSocketAddress relay(InetSocketAddress proxy, InetSocketAddress bound) {
        boolean useless = bound.isUnresolved() || bound.getAddress().isAnyLocalAddress();
        return useless ? new InetSocketAddress(proxy.getAddress(), bound.getPort()) : bound;
    }

    private void connect(InetSocketAddress relay) {
        if (isOver()) {
            closeDatagrams();
            return;
        }
        try {
            connector().bind(datagrams, relay.getAddress());
        } catch (EgressException e) {
            fail(CloseReason.EGRESS_UNAVAILABLE, "cannot be reached for datagrams: " + e.getMessage());
            return;
        }
        // Connected, so that the kernel keeps the datagrams of everybody else away.
        datagrams.connect(relay, connector().proxy().local()).addListener((ChannelFuture connected) -> {
            if (connected.isSuccess()) {
                opened();
            } else {
                broken(connected.cause());
            }
        });
    }

    private void opened() {
        if (!finish()) {
            closeDatagrams();
            return;
        }
        connector().own(datagrams);
        SocksDatagramPort port = new SocksDatagramPort(
                control(), datagrams, connector().loops(), connector().counters());
        if (promise.trySuccess(port)) {
            connector().counters().associationsOpened.increment();
        } else {
            port.close(CloseReason.CLIENT_ABORTED);
        }
    }

    @Override
    void end(ConnectException failure) {
        closeDatagrams();
        connector().counters().associationsFailed.increment();
        promise.tryFailure(failure);
    }

    private void closeDatagrams() {
        if (datagrams != null) {
            datagrams.close();
        }
    }

    @Override
    String task() {
        return "a datagram association, first to " + Proxy.show(request.destination());
    }
}

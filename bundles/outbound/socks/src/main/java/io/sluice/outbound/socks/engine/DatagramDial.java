package io.sluice.outbound.socks.engine;

import io.netty.channel.socket.DatagramChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.egress.EgressException;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.proxycodec.socks.Socks5Address;
import io.sluice.proxycodec.socks.Socks5Command;
import java.net.InetSocketAddress;

/**
 * An attempt to open an association: UDP ASSOCIATE on a control connection, then datagrams to the relay that the proxy names. The layers are the control
 * connection's: datagrams go plain, by a socket of this host or through the other outbound, as Xray's do.
 */
final class DatagramDial extends Dial {

    private final OpenRequest request;
    private final Promise<DatagramPort> promise;

    DatagramDial(ProxyConnector connector, OpenRequest request, Promise<DatagramPort> promise) {
        super(
                connector,
                dial(request),
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
            }
        });
    }

    @Override
    void succeed(ByteStream control, InetSocketAddress bound) {
        enter(Phase.RELAY);
        if (connector().chain().isThroughOther()) {
            InetSocketAddress relay = relay(connector().proxy().address(), bound);
            connector()
                    .chain()
                    .datagrams(relay, request())
                    .addListener((Future<DatagramPort> opening) -> throughOther(opening, relay));
            return;
        }
        try {
            bySocket(connector()
                    .chain()
                    .socket(relay((InetSocketAddress) control().remoteAddress(), bound), loop()));
        } catch (EgressException e) {
            fail(CloseReason.EGRESS_UNAVAILABLE, "cannot be reached for datagrams: " + e.getMessage());
        } catch (RuntimeException e) {
            broken(e.getCause() == null ? e : e.getCause());
        }
    }

    /**
     * Where datagrams go. A proxy that listens on all addresses often says 0.0.0.0, and one that gives a name means itself: then it is
     * the address that the control connection goes to.
     */
    private static InetSocketAddress relay(InetSocketAddress proxy, InetSocketAddress bound) {
        if (!bound.isUnresolved() && !bound.getAddress().isAnyLocalAddress()) {
            return bound;
        }
        return proxy.isUnresolved()
                ? InetSocketAddress.createUnresolved(proxy.getHostString(), bound.getPort())
                : new InetSocketAddress(proxy.getAddress(), bound.getPort());
    }

    private void bySocket(DatagramChannel socket) {
        if (finish()) {
            opened(SocksDatagramPort.on(
                    socket, control(), connector().loops(), connector().counters()));
        } else {
            socket.close();
        }
    }

    private void throughOther(Future<DatagramPort> opening, InetSocketAddress relay) {
        if (!opening.isSuccess()) {
            broken(opening.cause());
            return;
        }
        DatagramPort below = opening.getNow();
        if (finish()) {
            opened(SocksDatagramPort.on(below, relay, control(), connector().counters()));
        } else {
            below.close(CloseReason.CLIENT_ABORTED);
        }
    }

    private void opened(DatagramPort port) {
        if (promise.trySuccess(port)) {
            connector().counters().associationsOpened.increment();
        } else {
            port.close(CloseReason.CLIENT_ABORTED);
        }
    }

    @Override
    void end(ConnectException failure) {
        connector().counters().associationsFailed.increment();
        promise.tryFailure(failure);
    }

    @Override
    String task() {
        return "a datagram association, first to " + Proxy.show(request.destination());
    }
}

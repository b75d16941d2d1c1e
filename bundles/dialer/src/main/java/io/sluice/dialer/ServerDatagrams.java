package io.sluice.dialer;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.api.egress.EgressException;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.DialRequest;
import io.sluice.dialer.failure.NameFailures;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One datagram socket to a server being opened: name → addresses in the preferred order → socket bound by egress and connected, so that
 * strangers' datagrams never reach us and ICMP errors do (udp(7)). An address that no socket can be connected to makes room for the next: most often there is no
 * route for its family. Loop thread only.
 */
final class ServerDatagrams {

    private final TcpConnector connector;
    private final InetSocketAddress server;
    private final AddressFilter filter;
    private final EventLoop loop;
    private final Promise<DatagramPort> result;
    private final long nanosLeft;

    ServerDatagrams(TcpConnector connector, InetSocketAddress server, DialRequest request) {
        this(connector, server, request, AddressFilter.NONE);
    }

    ServerDatagrams(TcpConnector connector, InetSocketAddress server, DialRequest request, AddressFilter filter) {
        this.filter = filter;
        this.connector = connector;
        this.server = server;
        this.loop = request.eventLoop();
        this.result = loop.newPromise();
        this.nanosLeft = request.remaining().toNanos();
    }

    Future<DatagramPort> open() {
        if (!server.isUnresolved()) {
            return connect(List.of(server));
        }
        ScheduledFuture<?> deadline = loop.schedule(
                () -> fail(
                        CloseReason.CONNECT_TIMEOUT,
                        "the name " + server.getHostString() + " was not resolved in time",
                        null),
                nanosLeft,
                TimeUnit.NANOSECONDS);
        result.addListener(done -> deadline.cancel(false));
        connector
                .names()
                .resolve(server.getHostString(), loop)
                .addListener((Future<List<InetAddress>> found) -> resolved(found));
        return result;
    }

    private void resolved(Future<List<InetAddress>> found) {
        List<InetAddress> addresses =
                found.isSuccess() ? connector.settings().preference().order(found.getNow()) : List.of();
        connector.counters().named(!addresses.isEmpty());
        if (result.isDone()) {
            return;
        }
        if (addresses.isEmpty()) {
            fail(
                    CloseReason.RESOLVE_FAILED,
                    "the name " + server.getHostString() + " could not be resolved"
                            + (found.cause() == null ? "" : ": " + NameFailures.why(found.cause())),
                    found.cause());
        } else {
            connect(addresses.stream()
                    .map(address -> new InetSocketAddress(address, server.getPort()))
                    .toList());
        }
    }

    /** The first of these that a socket can be had for; otherwise the most telling failure. */
    Future<DatagramPort> connect(List<InetSocketAddress> addresses) {
        if (connector.binder() == null) {
            fail(CloseReason.EGRESS_UNAVAILABLE, TcpConnector.NO_BINDER, null);
            return result;
        }
        ConnectException failure = null;
        for (InetSocketAddress address : addresses) {
            Optional<String> refusal = filter.refusal(address);
            if (refusal.isPresent()) {
                failure = ConnectFailures.better(
                        failure, new ConnectException(CloseReason.POLICY_REJECTED, refusal.get()));
                continue;
            }
            try {
                ServerDatagramPort port = new ServerDatagramPort(connector, connector.datagrams(address, loop), server);
                if (!result.trySuccess(port)) {
                    port.close(CloseReason.CLIENT_ABORTED);
                }
                return result;
            } catch (EgressException | RuntimeException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                failure = ConnectFailures.better(failure, ConnectFailures.of(cause, address, "no datagram socket to"));
            }
        }
        result.tryFailure(failure);
        return result;
    }

    private void fail(CloseReason reason, String sentence, Throwable cause) {
        result.tryFailure(new ConnectException(reason, sentence, cause));
    }
}

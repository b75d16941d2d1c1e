package io.sluice.outbound.direct.engine;

import io.netty.util.concurrent.Future;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.DialRequest;
import io.sluice.dialer.Names;
import io.sluice.dialer.SocketKinds;
import io.sluice.dialer.SocketSettings;
import io.sluice.dialer.TcpConnector;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Opens streams and datagram associations by sockets of this host. Any thread may close it; opening is on the request's loop. */
public final class DirectDialer implements AutoCloseable {

    static final String NO_BINDER = TcpConnector.NO_BINDER;

    private final TcpConnector connector;
    private final FinalRules rules;
    private final Predicate<InetAddress> host;
    private final DirectCounters counters = new DirectCounters();

    /** @param binder yields the binder that is active now, or null */
    public DirectDialer(EventLoops loops, DirectSettings settings, Supplier<EgressBinder> binder) {
        this.rules = settings.rules();
        this.connector = new TcpConnector(loops, settings.sockets(), settings.nameservers(), binder);
        this.host = connector::isHostAddress;
    }

    public Future<ByteStream> openStream(OpenRequest request) {
        FlowSource source = request.source();
        return connector.connect(
                request.destination(),
                DialRequest.of(request.flowId(), request.eventLoop(), request.timeout()),
                address -> rules.refusal(source, address, host));
    }

    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        if (binder() == null) {
            return request.eventLoop().newFailedFuture(new ConnectException(CloseReason.EGRESS_UNAVAILABLE, NO_BINDER));
        }
        counters.associationsOpened.increment();
        return request.eventLoop().newSucceededFuture(new DirectDatagramPort(this, request));
    }

    public Map<String, Long> counters() {
        Map<String, Long> all = connector.counters().snapshot();
        all.putAll(counters.snapshot());
        return all;
    }

    @Override
    public void close() {
        connector.close();
    }

    /** Whether there is anything that a flow may not be sent to. */
    boolean restricts(FlowSource source) {
        return rules.restrict(source);
    }

    /** Whether a flow may be sent there. */
    boolean allows(FlowSource source, InetSocketAddress address) {
        return rules.allow(source, address, host);
    }

    EventLoops loops() {
        return connector.loops();
    }

    SocketKinds sockets() {
        return connector.sockets();
    }

    SocketSettings settings() {
        return connector.settings();
    }

    EgressBinder binder() {
        return connector.binder();
    }

    Names names() {
        return connector.names();
    }

    DirectCounters totals() {
        return counters;
    }

    /** A name of a datagram's destination was looked up. */
    void named(boolean found) {
        connector.counters().named(found);
    }
}

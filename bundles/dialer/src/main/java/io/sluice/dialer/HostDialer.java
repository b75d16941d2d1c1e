package io.sluice.dialer;

import io.netty.util.concurrent.Future;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.LayerSettings;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reaches hosts that are known only when a flow comes, without a layer: by sockets of this host, or through another outbound. Any thread may
 * close it; dialling is on the request's loop.
 */
public final class HostDialer implements AutoCloseable {

    private static final InetSocketAddress NO_SERVER = InetSocketAddress.createUnresolved("", 0);

    private final String tag;
    private final TcpConnector connector;
    private final Outbound via;

    private HostDialer(String tag, TcpConnector connector, Outbound via) {
        this.tag = tag;
        this.connector = connector;
        this.via = via;
    }

    /**
     * @param properties the component's: {@code outbound.tag}, {@code sendThrough}, {@code sockopt.…}
     * @param egress yields the binder that is active now, or null
     * @param via the other outbound, or null
     * @throws IllegalArgumentException with one sentence, if a property cannot be used
     */
    public static HostDialer of(
            Map<String, ?> properties, EventLoops loops, Supplier<EgressBinder> egress, Outbound via) {
        String tag = String.valueOf(properties.get(Outbound.TAG));
        LayerSettings sockopt = new LayerSettings("outbound \"" + tag + "\"", NO_SERVER, "sockopt", properties);
        String sendThrough = properties.get("sendThrough") instanceof String s ? s : "";
        SocketSettings sockets = SocketSettings.of(sockopt, sendThrough);
        return new HostDialer(tag, new TcpConnector(loops, sockets, List.of(), egress), via);
    }

    /**
     * A stream to a host, as {@link io.sluice.api.transport.StreamDialer#dial}.
     *
     * @param client who has chosen the host, and reaches no more by it than {@link ClientReach} says; empty if the configuration has
     */
    public Future<ByteStream> stream(InetSocketAddress host, DialRequest request, Optional<FlowSource> client) {
        return via == null
                ? connector.connect(host, request, filter(client))
                : new OutboundDialer(via, host, tag, client).dial(request);
    }

    /** Datagrams to and from one host, whatever peer is named. Fails as a stream does. */
    public Future<DatagramPort> datagrams(InetSocketAddress host, DialRequest request, Optional<FlowSource> client) {
        return via == null
                ? new ServerDatagrams(connector, host, request, filter(client)).open()
                : new OutboundDialer(via, host, tag, client).datagrams(request);
    }

    private AddressFilter filter(Optional<FlowSource> client) {
        return client.map(c -> ClientReach.filter(c, connector::isHostAddress)).orElse(AddressFilter.NONE);
    }

    /** For people: {@code  through "other"}, or nothing. */
    public String through() {
        return via == null ? "" : " through \"" + via.tag() + "\"";
    }

    public boolean isDirect() {
        return via == null;
    }

    public DialCounters counters() {
        return connector.counters();
    }

    @Override
    public void close() {
        connector.close();
    }
}

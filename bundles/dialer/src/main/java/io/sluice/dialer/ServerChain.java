package io.sluice.dialer;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressException;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.outbound.Reach;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamDialer;
import io.sluice.api.transport.StreamLayer;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * How one outbound reaches its server: a socket (or another outbound), the security layer on it, the transport on that. Made once from the
 * component's properties, immutable, for all loops.
 *
 * <p>An outbound makes it in its constructor:
 *
 * <pre>{@code
 * @Reference(name = Layers.SECURITY, target = StreamLayer.NONE, cardinality = OPTIONAL, policyOption = GREEDY) StreamLayer security,
 * @Reference(name = Layers.TRANSPORT, target = StreamLayer.NONE, cardinality = OPTIONAL, policyOption = GREEDY) StreamLayer transport,
 * @Reference(name = Layers.VIA, target = Layers.NO_OUTBOUND, cardinality = OPTIONAL, policyOption = GREEDY) Outbound via
 * }</pre>
 *
 * and closes it when it is deactivated.
 */
public final class ServerChain implements StreamDialer {

    private final InetSocketAddress server;
    private final StreamDialer top;
    private final TcpConnector connector;
    private final AddressMemory memory;
    private final OutboundDialer via;
    private final String layers;

    private ServerChain(
            InetSocketAddress server,
            StreamDialer top,
            TcpConnector connector,
            AddressMemory memory,
            OutboundDialer via,
            String layers) {
        this.server = server;
        this.top = top;
        this.memory = memory;
        this.connector = connector;
        this.via = via;
        this.layers = layers;
    }

    /**
     * Composes.
     *
     * @param properties the component's: {@code outbound.tag}, {@code address}, {@code port}, {@code sendThrough}, {@code sockopt.…} and those of its layers
     * @param egress yields the binder that is active now, or null
     * @throws IllegalArgumentException with one sentence, if a property cannot be used
     */
    public static ServerChain of(
            Map<String, ?> properties, EventLoops loops, Supplier<EgressBinder> egress, Layers layers) {
        return of(properties, loops, egress, layers, List.of());
    }

    /** @param nameservers who is asked for the server's name, in this order; empty takes the host's own list */
    public static ServerChain of(
            Map<String, ?> properties,
            EventLoops loops,
            Supplier<EgressBinder> egress,
            Layers layers,
            List<InetSocketAddress> nameservers) {
        String tag = String.valueOf(properties.get(Outbound.TAG));
        String where = "outbound \"" + tag + "\"";
        InetSocketAddress server = server(where, properties);
        LayerSettings sockopt = new LayerSettings(where, server, "sockopt", properties);
        String sendThrough = properties.get("sendThrough") instanceof String s ? s : "";
        TcpConnector connector = new TcpConnector(loops, SocketSettings.of(sockopt, sendThrough), nameservers, egress);
        OutboundDialer via = layers.via() == null ? null : new OutboundDialer(layers.via(), server, tag);
        LastGood memory = new LastGood();
        StreamDialer top = via == null ? new ServerDialer(connector, server, memory) : via;
        StringJoiner names = new StringJoiner(", ", " over ", "").setEmptyValue("");
        try {
            for (StreamLayer layer : new StreamLayer[] {layers.security(), layers.transport()}) {
                if (layer != null) {
                    top = layer.dialer(top, new LayerSettings(where, server, layer.name(), properties));
                    names.add(layer.name());
                }
            }
        } catch (RuntimeException e) {
            top.close();
            throw e;
        }
        return new ServerChain(server, top, connector, memory, via, names.toString());
    }

    private static InetSocketAddress server(String where, Map<String, ?> properties) {
        if (!(properties.get("address") instanceof String address) || address.isBlank()) {
            throw new IllegalArgumentException(where + ": address is empty; set it to the server's address or name");
        }
        if (!(properties.get("port") instanceof Integer port) || port < 1 || port > 65_535) {
            throw new IllegalArgumentException(where + ": port is not between 1 and 65535");
        }
        return NetUtil.createByteArrayFromIpAddressString(address) == null
                ? InetSocketAddress.createUnresolved(address, port)
                : new InetSocketAddress(address, port);
    }

    @Override
    public Future<ByteStream> dial(DialRequest request) {
        return top.dial(request);
    }

    /** A stream stood, and what was said on it had no answer: of several addresses the next attempt begins with another. Any thread. */
    public void unanswered(ByteStream stream) {
        if (via == null && stream.channel().remoteAddress() instanceof InetSocketAddress address) {
            memory.failed(address.getAddress());
        }
    }

    /**
     * Likewise, for a protocol that speaks first.
     *
     * @param early puts into the pipeline of a socket that is about to connect with fast open (RFC 7413) the handler that has written, and not
     *     flushed, what may travel in the SYN. Not called for others, nor where a layer or another outbound is below
     */
    public Future<ByteStream> dial(DialRequest request, Consumer<SocketChannel> early) {
        return top instanceof ServerDialer plain ? plain.dial(request, early) : top.dial(request);
    }

    /**
     * Opens datagrams to the server: natively, or through the other outbound. No layer is involved. Each datagram goes to, and comes from, the
     * server, whatever peer is named.
     */
    public Future<DatagramPort> datagrams(DialRequest request) {
        return via == null ? new ServerDatagrams(connector, server, request).open() : via.datagrams(request);
    }

    /** Datagrams to and from a host that the server named, through the other outbound. */
    public Future<DatagramPort> datagrams(InetSocketAddress host, DialRequest request) {
        return new OutboundDialer(via.via(), host, via.tag()).datagrams(request);
    }

    /**
     * A socket of this host, connected to one that the server named. On the loop.
     *
     * @throws EgressException if there is no way there
     * @throws IllegalStateException with what the kernel said as its cause
     */
    public DatagramChannel socket(InetSocketAddress host, EventLoop loop) throws EgressException {
        return connector.datagrams(host, loop);
    }

    /** Whether the server is reached through another outbound, and not by sockets of this host. */
    public boolean isThroughOther() {
        return via != null;
    }

    public InetSocketAddress server() {
        return server;
    }

    /**
     * Where the outbound's sockets go, as {@link Outbound#reach()}: to the server and to no other host; nowhere if another outbound goes there.
     *
     * @param networks those that the protocol opens sockets of
     */
    public Reach reach(Network... networks) {
        return via != null
                ? Reach.NOWHERE
                : new Reach(
                        false,
                        Arrays.stream(networks)
                                .map(network -> new Reach.Server(server, network))
                                .collect(Collectors.toSet()));
    }

    public DialCounters counters() {
        return connector.counters();
    }

    /** For people: {@code 192.0.2.1:443 over tls, websocket through "other"}. */
    public String description() {
        String host = server.getHostString();
        String through = via == null ? "" : " through \"" + via.via().tag() + "\"";
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + server.getPort() + layers + through;
    }

    @Override
    public void close() {
        top.close();
        connector.close();
    }
}

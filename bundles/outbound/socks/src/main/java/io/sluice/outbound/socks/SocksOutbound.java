package io.sluice.outbound.socks;

import io.netty.util.concurrent.Future;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.outbound.Reach;
import io.sluice.api.transport.StreamLayer;
import io.sluice.dialer.Layers;
import io.sluice.dialer.ServerChain;
import io.sluice.outbound.socks.engine.Pipelining;
import io.sluice.outbound.socks.engine.ProxyConnector;
import io.sluice.proxycodec.socks.Socks5Credentials;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** One configured SOCKS5 proxy. */
@Component(
        service = Outbound.class,
        immediate = true,
        configurationPid = "io.sluice.outbound.socks",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Outbound.TYPE + "=socks")
public final class SocksOutbound implements Outbound {

    private static final Set<Capability> CAPABILITIES =
            Set.of(Capability.TCP, Capability.UDP, Capability.REMOTE_NAMES, Capability.LOCAL_ECHO);

    /** RFC 1928 §3: SOCKS services are conventionally found on port 1080. */
    private static final int PORT = 1080;

    /** How many addresses of the proxy's name may be under way at once: whatever a name has (RFC 8305 knows no limit). */
    private static final int ALL = 64;

    /** Configuration; what the chain to the proxy reads ({@code address}, {@code port}, {@code tls.…}) is among the properties too. */
    public @interface Config {

        /** The tag that rules name. */
        String outbound_tag();

        /** User name for RFC 1929; empty for no authentication. */
        String user() default "";

        /** Password for RFC 1929; private, as its leading dot says. */
        String _password() default "";

        /** Whether everything is sent at once: {@code auto} (found out, see {@link Pipelining}), {@code on}, {@code off}. */
        String pipeline() default "auto";
    }

    private final String tag;
    private final String description;
    private final Reach reach;
    private final ProxyConnector connector;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile EgressBinder egress;

    @Activate
    public SocksOutbound(
            @Reference EventLoops loops,
            @Reference(
                            name = Layers.SECURITY,
                            target = StreamLayer.NONE,
                            cardinality = ReferenceCardinality.OPTIONAL,
                            policyOption = ReferencePolicyOption.GREEDY)
                    StreamLayer security,
            @Reference(
                            name = Layers.TRANSPORT,
                            target = StreamLayer.NONE,
                            cardinality = ReferenceCardinality.OPTIONAL,
                            policyOption = ReferencePolicyOption.GREEDY)
                    StreamLayer transport,
            @Reference(
                            name = Layers.VIA,
                            target = Layers.NO_OUTBOUND,
                            cardinality = ReferenceCardinality.OPTIONAL,
                            policyOption = ReferencePolicyOption.GREEDY)
                    Outbound via,
            Config config,
            Map<String, Object> properties) {
        tag = config.outbound_tag();
        Pipelining pipelining = new Pipelining(mode(config));
        Map<String, Object> way = new HashMap<>(properties);
        way.putIfAbsent("port", PORT);
        way.putIfAbsent("sockopt.maxConcurrentTry", ALL);
        ServerChain chain = ServerChain.of(way, loops, () -> egress, new Layers(security, transport, via));
        description = "socks5 " + chain.description() + (config.user().isEmpty() ? "" : " as " + config.user());
        reach = withRelay(chain.reach(Network.TCP));
        connector = new ProxyConnector(chain, credentials(config), loops, pipelining);
    }

    private static Optional<Socks5Credentials> credentials(Config config) {
        return config.user().isEmpty() && config._password().isEmpty()
                ? Optional.empty()
                : Optional.of(Socks5Credentials.of(config.user(), config._password()));
    }

    /** The proxy by TCP; its relay of datagrams at whatever port it names (RFC 1928 §6), at the same host. */
    private static Reach withRelay(Reach proxy) {
        Set<Reach.Server> servers = new HashSet<>(proxy.servers());
        for (Reach.Server server : proxy.servers()) {
            InetSocketAddress address = server.address();
            InetSocketAddress relay = address.isUnresolved()
                    ? InetSocketAddress.createUnresolved(address.getHostString(), 0)
                    : new InetSocketAddress(address.getAddress(), 0);
            servers.add(new Reach.Server(relay, Network.UDP));
        }
        return new Reach(proxy.anywhere(), servers);
    }

    private static Pipelining.Mode mode(Config config) {
        return switch (config.pipeline().toLowerCase(Locale.ROOT)) {
            case "auto" -> Pipelining.Mode.AUTO;
            case "on" -> Pipelining.Mode.ON;
            case "off" -> Pipelining.Mode.OFF;
            default ->
                throw new IllegalArgumentException("outbound \"" + config.outbound_tag() + "\": pipeline \""
                        + config.pipeline() + "\" is not auto, on or off");
        };
    }

    @Deactivate
    void deactivate() {
        connector.close();
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public String type() {
        return "socks";
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    @Override
    public Reach reach() {
        return reach;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Future<ByteStream> openStream(OpenRequest request) {
        return connector.openStream(request);
    }

    @Override
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        return connector.openDatagrams(request);
    }

    @Override
    public Map<String, Long> counters() {
        return connector.counters().snapshot();
    }
}

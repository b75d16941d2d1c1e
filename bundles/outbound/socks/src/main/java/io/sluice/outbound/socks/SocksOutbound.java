package io.sluice.outbound.socks;

import io.netty.util.NetUtil;
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
import io.sluice.outbound.socks.engine.Pipelining;
import io.sluice.outbound.socks.engine.Proxy;
import io.sluice.outbound.socks.engine.ProxyConnector;
import io.sluice.proxycodec.socks.Socks5Credentials;
import java.net.InetSocketAddress;
import java.util.List;
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

    /** Configuration; {@code address} and {@code outbound.tag} must be there. */
    public @interface Config {

        /** The tag that rules name. */
        String outbound_tag();

        /** Address or name of the proxy. */
        String address();

        /** RFC 1928 §3: SOCKS services are conventionally found on port 1080. */
        int port() default 1080;

        /** User name for RFC 1929; empty for no authentication. */
        String user() default "";

        /** Password for RFC 1929; private, as its leading dot says. */
        String _password() default "";

        /** Local address to send from; empty leaves it to egress. */
        String sendThrough() default "";

        /** Whether everything is sent at once: {@code auto} (found out, see {@link Pipelining}), {@code on}, {@code off}. */
        String pipeline() default "auto";

        /** Whether the first octets may travel in the SYN (RFC 7413). Off: middle boxes that drop such SYNs cost a retransmission. */
        boolean tcpFastOpen() default false;
    }

    private final String tag;
    private final Proxy proxy;
    private final ProxyConnector connector;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile EgressBinder egress;

    @Activate
    public SocksOutbound(@Reference EventLoops loops, Config config) {
        tag = config.outbound_tag();
        proxy = proxy(config);
        connector = new ProxyConnector(proxy, loops, () -> egress, new Pipelining(mode(config)), List.of());
    }

    private static Proxy proxy(Config config) {
        String where = "outbound \"" + config.outbound_tag() + "\": ";
        if (config.address() == null || config.address().isBlank()) {
            throw new IllegalArgumentException(where + "address is empty; set it to the proxy's address or name");
        }
        if (config.port() < 1 || config.port() > 65_535) {
            throw new IllegalArgumentException(where + "port " + config.port() + " is not between 1 and 65535");
        }
        boolean anonymous = config.user().isEmpty() && config._password().isEmpty();
        return new Proxy(
                endpoint(config.address(), config.port()),
                anonymous ? Optional.empty() : Optional.of(Socks5Credentials.of(config.user(), config._password())),
                config.user(),
                local(where, config.sendThrough()),
                config.tcpFastOpen());
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

    private static InetSocketAddress endpoint(String address, int port) {
        return NetUtil.createByteArrayFromIpAddressString(address) == null
                ? InetSocketAddress.createUnresolved(address, port)
                : new InetSocketAddress(address, port);
    }

    private static InetSocketAddress local(String where, String sendThrough) {
        if (sendThrough.isEmpty()) {
            return null;
        }
        if (NetUtil.createByteArrayFromIpAddressString(sendThrough) == null) {
            throw new IllegalArgumentException(where + "sendThrough \"" + sendThrough + "\" is not an IP address");
        }
        return new InetSocketAddress(sendThrough, 0);
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
        return Set.of(Capability.TCP, Capability.UDP, Capability.REMOTE_NAMES, Capability.LOCAL_ECHO);
    }

    /** The proxy by TCP; its relay of datagrams at whatever port it names (RFC 1928 §6), at the same host. */
    @Override
    public Reach reach() {
        InetSocketAddress server = proxy.address();
        InetSocketAddress relay = server.isUnresolved()
                ? InetSocketAddress.createUnresolved(server.getHostString(), 0)
                : new InetSocketAddress(server.getAddress(), 0);
        return new Reach(false, Set.of(new Reach.Server(server, Network.TCP), new Reach.Server(relay, Network.UDP)));
    }

    @Override
    public String description() {
        String as = proxy.user().isEmpty() ? "" : " as " + proxy.user();
        return "socks5 " + Proxy.show(proxy.address()) + as;
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

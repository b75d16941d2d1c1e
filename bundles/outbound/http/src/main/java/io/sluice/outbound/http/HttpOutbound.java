package io.sluice.outbound.http;

import io.netty.util.concurrent.Future;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.outbound.Reach;
import io.sluice.api.transport.StreamLayer;
import io.sluice.dialer.Layers;
import io.sluice.dialer.ServerChain;
import io.sluice.outbound.http.engine.HttpProxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** One configured HTTP proxy. */
@Component(
        service = Outbound.class,
        immediate = true,
        configurationPid = "io.sluice.outbound.http",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Outbound.TYPE + "=http")
public final class HttpOutbound implements Outbound {

    private static final Set<Capability> CAPABILITIES =
            Set.of(Capability.TCP, Capability.REMOTE_NAMES, Capability.LOCAL_ECHO);

    /** Configuration; what the chain to the server reads ({@code address}, {@code port}, {@code tls.…}) is among the properties too. */
    public @interface Config {

        /** The tag that rules name. */
        String outbound_tag();

        /** User name (RFC 7617); empty for no authentication. */
        String user() default "";

        /** Password; private, as its leading dot says. */
        String _password() default "";

        /** Further fields of every request, each as {@code Name: value}. */
        String[] headers() default {};
    }

    private final String tag;
    private final String description;
    private final Reach reach;
    private final HttpProxy proxy;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile EgressBinder egress;

    @Activate
    public HttpOutbound(
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
        ServerChain chain = ServerChain.of(properties, loops, () -> egress, new Layers(security, transport, via));
        description = "http " + chain.description() + (config.user().isEmpty() ? "" : " as " + config.user());
        reach = chain.reach(Network.TCP);
        proxy = new HttpProxy(
                chain,
                "HTTP proxy " + chain.server().getHostString() + ":"
                        + chain.server().getPort(),
                config.user(),
                config._password(),
                List.of(config.headers()));
    }

    @Deactivate
    void deactivate() {
        proxy.close();
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public String type() {
        return "http";
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
        return proxy.openStream(request);
    }

    @Override
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        return request.eventLoop()
                .newFailedFuture(new ConnectException(
                        CloseReason.OUTBOUND_UNSUPPORTED, "an HTTP proxy carries streams only, no datagrams"));
    }

    @Override
    public Map<String, Long> counters() {
        return proxy.counters().snapshot();
    }
}

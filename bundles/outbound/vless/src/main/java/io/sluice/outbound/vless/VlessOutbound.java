package io.sluice.outbound.vless;

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
import io.sluice.outbound.vless.engine.PacketEncoding;
import io.sluice.outbound.vless.engine.VlessClient;
import io.sluice.proxyclient.ClearText;
import io.sluice.proxycodec.v2ray.UserId;
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

/** One configured VLESS server. */
@Component(
        service = Outbound.class,
        immediate = true,
        configurationPid = "io.sluice.outbound.vless",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Outbound.TYPE + "=vless")
public final class VlessOutbound implements Outbound {

    private static final Set<Capability> CAPABILITIES =
            Set.of(Capability.TCP, Capability.UDP, Capability.REMOTE_NAMES, Capability.LOCAL_ECHO);

    /** Configuration; what the chain to the server reads ({@code address}, {@code port}, {@code tls.…}) is among the properties too. */
    public @interface Config {

        /** The tag that rules name. */
        String outbound_tag();

        /** Private, as its leading dot says. */
        String _id();

        /** How datagrams are carried: {@code xudp}, all in one stream, or {@code none}, a stream for each peer (v2ray knows no XUDP). */
        String packetEncoding() default "xudp";
    }

    private final String tag;
    private final ServerChain chain;
    private final VlessClient client;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile EgressBinder egress;

    @Activate
    public VlessOutbound(
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
        String where = "outbound \"" + tag + "\": ";
        UserId userId = userId(where, config);
        PacketEncoding encoding = encoding(where, config);
        ClearText.refuse(tag, properties.get("address"), security);
        chain = ServerChain.of(properties, loops, () -> egress, new Layers(security, transport, via));
        client = new VlessClient(chain, chain.description(), userId, encoding);
    }

    private static UserId userId(String where, Config config) {
        try {
            return UserId.of(config._id() == null ? "" : config._id());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + e.getMessage(), e);
        }
    }

    private static PacketEncoding encoding(String where, Config config) {
        return switch (config.packetEncoding()) {
            case "xudp" -> PacketEncoding.XUDP;
            case "none" -> PacketEncoding.NONE;
            default ->
                throw new IllegalArgumentException(
                        where + "packetEncoding \"" + config.packetEncoding() + "\" is neither xudp nor none");
        };
    }

    @Deactivate
    void deactivate() {
        client.close();
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public String type() {
        return "vless";
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    @Override
    public Reach reach() {
        return chain.reach(Network.TCP);
    }

    @Override
    public String description() {
        return "vless " + chain.description();
    }

    @Override
    public Future<ByteStream> openStream(OpenRequest request) {
        return client.openStream(request);
    }

    @Override
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        return client.openDatagrams(request);
    }

    @Override
    public Map<String, Long> counters() {
        return client.counters().snapshot();
    }
}

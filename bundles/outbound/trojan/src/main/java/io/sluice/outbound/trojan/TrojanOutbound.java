package io.sluice.outbound.trojan;

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
import io.sluice.outbound.trojan.engine.TrojanClient;
import io.sluice.proxyclient.ClearText;
import io.sluice.proxycodec.trojan.TrojanKey;
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

/** One configured Trojan server. */
@Component(
        service = Outbound.class,
        immediate = true,
        configurationPid = "io.sluice.outbound.trojan",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Outbound.TYPE + "=trojan")
public final class TrojanOutbound implements Outbound {

    private static final Set<Capability> CAPABILITIES =
            Set.of(Capability.TCP, Capability.UDP, Capability.REMOTE_NAMES, Capability.LOCAL_ECHO);

    /** Configuration; what the chain to the server reads ({@code address}, {@code port}, {@code tls.…}) is among the properties too. */
    public @interface Config {

        /** The tag that rules name. */
        String outbound_tag();

        /** Private, as its leading dot says. */
        String _password();
    }

    private final String tag;
    private final ServerChain chain;
    private final TrojanClient client;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile EgressBinder egress;

    @Activate
    public TrojanOutbound(
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
        if (config._password() == null || config._password().isEmpty()) {
            throw new IllegalArgumentException("outbound \"" + tag + "\": password is empty; set it to the server's");
        }
        ClearText.refuse(tag, properties.get("address"), security);
        chain = ServerChain.of(properties, loops, () -> egress, new Layers(security, transport, via));
        client = new TrojanClient(chain, chain.description(), TrojanKey.of(config._password()));
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
        return "trojan";
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
        return "trojan " + chain.description();
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

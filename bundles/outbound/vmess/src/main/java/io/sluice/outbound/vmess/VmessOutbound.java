package io.sluice.outbound.vmess;

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
import io.sluice.outbound.vmess.engine.VmessConnector;
import io.sluice.proxycodec.vmess.Security;
import io.sluice.proxycodec.vmess.VmessClient;
import io.sluice.proxycodec.vmess.VmessId;
import java.security.SecureRandom;
import java.time.InstantSource;
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

/** One configured VMess server. */
@Component(
        service = Outbound.class,
        immediate = true,
        configurationPid = "io.sluice.outbound.vmess",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Outbound.TYPE + "=vmess")
public final class VmessOutbound implements Outbound {

    private static final Set<Capability> CAPABILITIES =
            Set.of(Capability.TCP, Capability.UDP, Capability.REMOTE_NAMES, Capability.LOCAL_ECHO);

    /** Configuration; {@code address}, {@code port} and those of the layers are read by {@link ServerChain}. */
    public @interface Config {

        /** The tag that rules name. */
        String outbound_tag();

        /** A UUID, or another text of 1 to 30 octets; private, as its leading dot says. */
        String _id() default "";

        /** {@code auto}, {@code aes-128-gcm} or {@code chacha20-poly1305}. */
        String security() default "auto";

        /** Xray's experiment AuthenticatedLength. */
        boolean authenticatedLength() default false;

        /** Xray's experiment NoTerminationSignal: what was cut on the way cannot be told from what ended. */
        boolean noTerminationSignal() default false;

        /** {@code xudp}, or {@code none} for a server that does not know it (v2ray): a connection for each peer of datagrams. */
        String packetEncoding() default "xudp";
    }

    private final String tag;
    private final ServerChain chain;
    private final VmessConnector connector;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile EgressBinder egress;

    @Activate
    public VmessOutbound(
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
        VmessClient client = client(where, config);
        boolean xudp = xudp(where, config);
        chain = ServerChain.of(properties, loops, () -> egress, new Layers(security, transport, via));
        connector = new VmessConnector(chain, client, xudp, config.noTerminationSignal());
    }

    private static VmessClient client(String where, Config config) {
        try {
            return new VmessClient(
                    VmessId.of(config._id()),
                    security(config.security()),
                    config.authenticatedLength(),
                    InstantSource.system(),
                    new SecureRandom());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + e.getMessage(), e);
        }
    }

    private static Security security(String word) {
        return switch (word) {
            case "auto" -> AesHardware.isPresent() ? Security.AES_128_GCM : Security.CHACHA20_POLY1305;
            case "aes-128-gcm" -> Security.AES_128_GCM;
            case "chacha20-poly1305" -> Security.CHACHA20_POLY1305;
            default ->
                throw new IllegalArgumentException(
                        "security \"" + word + "\" is not auto, aes-128-gcm or chacha20-poly1305");
        };
    }

    private static boolean xudp(String where, Config config) {
        return switch (config.packetEncoding()) {
            case "xudp" -> true;
            case "none" -> false;
            default ->
                throw new IllegalArgumentException(
                        where + "packetEncoding \"" + config.packetEncoding() + "\" is neither xudp nor none");
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
        return "vmess";
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
        return "vmess " + chain.description();
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

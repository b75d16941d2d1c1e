package io.sluice.outbound.shadowsocks;

import io.netty.buffer.ByteBufAllocator;
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
import io.sluice.outbound.shadowsocks.engine.ShadowsocksClient;
import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.packet.PacketContext;
import io.sluice.shadowsocks.stream.ClientContext;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** One configured Shadowsocks server. */
@Component(
        service = Outbound.class,
        immediate = true,
        configurationPid = "io.sluice.outbound.shadowsocks",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Outbound.TYPE + "=shadowsocks")
public final class ShadowsocksOutbound implements Outbound {

    private static final Set<Capability> CAPABILITIES =
            Set.of(Capability.TCP, Capability.UDP, Capability.REMOTE_NAMES, Capability.LOCAL_ECHO);

    /** Configuration; what the chain to the server reads ({@code address}, {@code port}, {@code tls.…}) is among the properties too. */
    public @interface Config {

        /** The tag that rules name. */
        String outbound_tag();

        /** {@code aes-256-gcm}, {@code 2022-blake3-aes-128-gcm}, … */
        String method();

        /** A password, or for 2022 keys in Base64, identity keys first, divided by colons. Private, as its leading dot says. */
        String _password();
    }

    private final String tag;
    private final ClientKeys keys;
    private final ServerChain chain;
    private final ShadowsocksClient client;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile EgressBinder egress;

    @Activate
    public ShadowsocksOutbound(
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
        keys = keys("outbound \"" + tag + "\": ", config);
        chain = ServerChain.of(properties, loops, () -> egress, new Layers(security, transport, via));
        SecureRandom random = new SecureRandom();
        LongSupplier epochSeconds = () -> System.currentTimeMillis() / 1_000;
        client = new ShadowsocksClient(
                chain,
                new ClientContext("shadowsocks " + chain.description(), keys, epochSeconds, random),
                new PacketContext(random, epochSeconds, System::nanoTime, ByteBufAllocator.DEFAULT));
    }

    private static ClientKeys keys(String where, Config config) {
        Method method = Method.of(String.valueOf(config.method()))
                .orElseThrow(() -> new IllegalArgumentException(where + "the method \"" + config.method()
                        + "\" is not known; use e.g. 2022-blake3-aes-128-gcm or aes-256-gcm"));
        try {
            return ClientKeys.of(method, config._password() == null ? "" : config._password());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + e.getMessage(), e);
        }
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
        return "shadowsocks";
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    @Override
    public Reach reach() {
        return chain.reach(Network.TCP, Network.UDP);
    }

    @Override
    public String description() {
        return "shadowsocks " + keys + " " + chain.description();
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
        return client.snapshot();
    }
}

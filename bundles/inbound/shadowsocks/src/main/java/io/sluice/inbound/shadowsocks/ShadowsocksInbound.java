package io.sluice.inbound.shadowsocks;

import io.netty.buffer.ByteBufAllocator;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.inbound.Inbound;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.transport.StreamLayer;
import io.sluice.inbound.shadowsocks.engine.PacketServer;
import io.sluice.inbound.shadowsocks.engine.ServerCounters;
import io.sluice.inbound.shadowsocks.engine.StreamServer;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.InboundSettings;
import io.sluice.proxyserver.Listener;
import io.sluice.proxyserver.keyed.KeyedDoor;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.ServerKeys;
import io.sluice.shadowsocks.packet.PacketContext;
import io.sluice.shadowsocks.packet.ServerPackets;
import io.sluice.shadowsocks.stream.ServerContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One configured Shadowsocks listener. It registers {@link Inbound} itself: the service stands for a socket that listens, and a component's own
 * service would be there before the socket is.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.sluice.inbound.shadowsocks",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ShadowsocksInbound {

    /** Configuration; tag, port, method and password must be there. */
    public @interface Config {

        /** The tag that rules name. */
        String inbound_tag();

        /** IP address to listen on. Loopback by default: who opens it to others must say so. */
        String listen() default "127.0.0.1";

        /** Port; 0 takes any. */
        int port();

        /** {@code aes-256-gcm}, {@code 2022-blake3-aes-128-gcm}, … */
        String method();

        /** Password, or for 2022 the key in Base64; private, as its leading dot says. */
        String _password();

        /** {@code name:key} each, for identity headers; private. */
        String[] _users() default {};

        /** Whether streams are taken. */
        boolean tcp() default true;

        /** Whether packets are taken. */
        boolean udp() default false;
    }

    private static final Logger LOG = LoggerFactory.getLogger(ShadowsocksInbound.class);
    private static final LongSupplier EPOCH_SECONDS = () -> System.currentTimeMillis() / 1_000;

    private final ShadowsocksListener listener;
    private final ServiceRegistration<Inbound> registration;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile FlowAcceptor flows;

    /**
     * @throws IllegalArgumentException if the configuration is wrong, in words for the person who wrote it
     * @throws IOException if it cannot listen
     */
    @Activate
    public ShadowsocksInbound(
            BundleContext bundle,
            @Reference EventLoops loops,
            @Reference(
                            name = "security",
                            target = StreamLayer.NONE,
                            cardinality = ReferenceCardinality.OPTIONAL,
                            policyOption = ReferencePolicyOption.GREEDY)
                    StreamLayer security,
            @Reference(
                            name = "transport",
                            target = StreamLayer.NONE,
                            cardinality = ReferenceCardinality.OPTIONAL,
                            policyOption = ReferencePolicyOption.GREEDY)
                    StreamLayer transport,
            Config config,
            Map<String, Object> properties)
            throws IOException {
        InboundSettings settings =
                InboundSettings.keyed("shadowsocks", config.inbound_tag(), config.listen(), config.port());
        ServerKeys keys = keys("inbound \"" + config.inbound_tag() + "\": ", config);
        if (!config.tcp() && !config.udp()) {
            throw new IllegalArgumentException(
                    "inbound \"" + config.inbound_tag() + "\": neither tcp nor udp is to be taken");
        }
        Door door = new Door(settings, loops, () -> flows, KeyedDoor.HANDSHAKE_LIMIT);
        ServerCounters counters = new ServerCounters(door.counters());
        Listener streams = config.tcp()
                ? Listener.open(
                        door,
                        new StreamServer(
                                door,
                                ServerContext.of(keys, EPOCH_SECONDS, System::nanoTime, new SecureRandom()),
                                counters),
                        properties,
                        security,
                        transport)
                : null;
        listener = new ShadowsocksListener(
                config.inbound_tag(), counters, streams, config.udp() ? packets(door, keys, counters, streams) : null);
        Hashtable<String, Object> registered = new Hashtable<>();
        registered.put(Inbound.TAG, listener.tag());
        registered.put(Inbound.TYPE, listener.type());
        registration = bundle.registerService(Inbound.class, listener, registered);
        LOG.info("inbound \"{}\" listens on {} for Shadowsocks ({})", listener.tag(), listener.local(), keys);
    }

    private static ServerKeys keys(String where, Config config) {
        Method method = Method.of(config.method())
                .orElseThrow(() -> new IllegalArgumentException(where + "the method \"" + config.method()
                        + "\" is not known; use e.g. 2022-blake3-aes-128-gcm or aes-256-gcm"));
        Map<String, String> users = new LinkedHashMap<>();
        for (String user : config._users()) {
            int colon = user.lastIndexOf(':');
            if (colon < 1 || users.put(user.substring(0, colon), user.substring(colon + 1)) != null) {
                throw new IllegalArgumentException(where + "a user is not written as name:key, or twice");
            }
        }
        try {
            return ServerKeys.of(method, config._password(), users);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + e.getMessage(), e);
        }
    }

    /**
     * Packets come by UDP, whatever layers streams come through.
     *
     * @param streams whose port they have too, and which closes where they cannot be taken; or null
     */
    private static PacketServer packets(Door door, ServerKeys keys, ServerCounters counters, Listener streams)
            throws IOException {
        PacketContext context =
                new PacketContext(new SecureRandom(), EPOCH_SECONDS, System::nanoTime, ByteBufAllocator.DEFAULT);
        InetSocketAddress local = streams == null ? door.settings().listen() : streams.local();
        try {
            return PacketServer.open(door, ServerPackets.of(keys, context), counters, local);
        } catch (IOException e) {
            if (streams != null) {
                streams.close();
            }
            throw e;
        }
    }

    @Deactivate
    void deactivate() {
        registration.unregister();
        listener.close();
    }
}

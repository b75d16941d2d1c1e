package io.sluice.inbound.trojan;

import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.inbound.Inbound;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.transport.StreamLayer;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.InboundSettings;
import io.sluice.proxyserver.Listener;
import io.sluice.proxyserver.fallback.Fallbacks;
import io.sluice.proxyserver.keyed.KeyedDoor;
import io.sluice.proxyserver.trojan.TrojanConversation;
import java.io.IOException;
import java.util.Hashtable;
import java.util.Map;
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
 * One configured listener for Trojan. It registers {@link Inbound} itself: the service stands for a socket that listens, and a component's own
 * service would be there before the socket is.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.sluice.inbound.trojan",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class TrojanInbound {

    /** Configuration; that of the layers is among the properties too. */
    public @interface Config {

        /** The tag that rules name. */
        String inbound_tag();

        /** IP address to listen on. Loopback by default: who opens it to others must say so. */
        String listen() default "127.0.0.1";

        /** Port; 0 takes any. */
        int port();

        /** One for each user; private, as its leading dot says. */
        String[] _passwords() default {};

        /** What rules call each user; may be empty. */
        String[] users() default {};

        /** Where strangers go: {@code xver=0 name= alpn= path= dest=127.0.0.1:80} each. */
        String[] fallbacks() default {};
    }

    private static final Logger LOG = LoggerFactory.getLogger(TrojanInbound.class);

    private final Listener listener;
    private final ServiceRegistration<Inbound> registration;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile FlowAcceptor flows;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile EgressBinder egress;

    /**
     * @throws IllegalArgumentException if the configuration is wrong, in words for the person who wrote it
     * @throws IOException if it cannot listen
     */
    @Activate
    public TrojanInbound(
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
        String where = "inbound \"" + config.inbound_tag() + "\": ";
        InboundSettings settings =
                InboundSettings.keyed("trojan", config.inbound_tag(), config.listen(), config.port());
        KeyedDoor door = new KeyedDoor(
                new Door(settings, loops, () -> flows, KeyedDoor.HANDSHAKE_LIMIT),
                TrojanConversation.users(where, config._passwords(), config.users()),
                Fallbacks.parse(where, config.fallbacks()),
                () -> egress);
        listener = Listener.open(door.door(), TrojanConversation.acceptor(door), properties, security, transport);
        Hashtable<String, Object> registered = new Hashtable<>();
        registered.put(Inbound.TAG, listener.tag());
        registered.put(Inbound.TYPE, listener.type());
        registration = bundle.registerService(Inbound.class, listener, registered);
        LOG.info("inbound \"{}\" listens on {} for Trojan", listener.tag(), listener.local());
    }

    @Deactivate
    void deactivate() {
        registration.unregister();
        listener.close();
    }
}

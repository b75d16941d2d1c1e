package io.sluice.inbound.mixed;

import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.inbound.Inbound;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.transport.StreamLayer;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.InboundConfig;
import io.sluice.proxyserver.InboundSettings;
import io.sluice.proxyserver.Listener;
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
 * One configured listener for SOCKS5 and HTTP. It registers {@link Inbound} itself: the service stands for a socket that listens, and a component's own
 * service would be there before the socket is.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.sluice.inbound.mixed",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class MixedInbound {

    private static final Logger LOG = LoggerFactory.getLogger(MixedInbound.class);

    private final Listener listener;
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
    public MixedInbound(
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
            InboundConfig config,
            Map<String, Object> properties)
            throws IOException {
        InboundSettings settings = InboundSettings.of("mixed", config);
        Door door = new Door(settings, loops, () -> flows);
        listener = Listener.open(
                door, (stream, arrival) -> FirstOctet.begin(door, stream, arrival), properties, security, transport);
        Hashtable<String, Object> registered = new Hashtable<>();
        registered.put(Inbound.TAG, listener.tag());
        registered.put(Inbound.TYPE, listener.type());
        registration = bundle.registerService(Inbound.class, listener, registered);
        LOG.info("inbound \"{}\" listens on {} for SOCKS5 and HTTP proxy requests", listener.tag(), listener.local());
    }

    @Deactivate
    void deactivate() {
        registration.unregister();
        listener.close();
    }
}

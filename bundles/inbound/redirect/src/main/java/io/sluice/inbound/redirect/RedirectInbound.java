package io.sluice.inbound.redirect;

import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.inbound.Inbound;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.net.IpPrefix;
import io.sluice.inbound.redirect.spi.Capture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
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
 * One configured listener for redirected TCP (Xray's {@code dokodemo-door} with {@code followRedirect}). Where destinations are included it sets the rules
 * itself; else they are the administrator's.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.sluice.inbound.redirect",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class RedirectInbound {

    private static final Logger LOG = LoggerFactory.getLogger(RedirectInbound.class);

    /** Configuration, factory PID {@code io.sluice.inbound.redirect}. */
    public @interface Config {

        /** The tag that rules name. */
        String inbound_tag();

        /** IP address to listen on. Forwarded connections come to an address of the interface they arrive by, so loopback serves local programs only. */
        String listen() default "127.0.0.1";

        /** Port; 0 takes any. */
        int port();

        /** Destinations that are redirected here; none sets no rule. */
        String[] capture_include() default {};

        /** Destinations that are not. */
        String[] capture_exclude() default {};

        /** Of programs of this host. */
        boolean capture_local() default true;

        /** Of others that send through this host. */
        boolean capture_forwarded() default true;
    }

    private final Captures captures;
    private final RedirectDoor door;
    private final ServiceRegistration<Inbound> registration;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile FlowAcceptor flows;

    /**
     * @throws IllegalArgumentException if the configuration is wrong, in words for the person who wrote it
     * @throws IOException if it cannot listen, or the rules are refused
     */
    @Activate
    public RedirectInbound(
            BundleContext bundle,
            @Reference EventLoops loops,
            @Reference Captures captures,
            @Reference EgressBinder egress,
            Config config)
            throws IOException {
        this.captures = captures;
        InetSocketAddress listen = new InetSocketAddress(InetAddress.ofLiteral(config.listen()), config.port());
        List<IpPrefix> include = prefixes(config.capture_include());
        int mark = egress.status().mark();
        if (!include.isEmpty() && config.capture_local() && mark == 0) {
            throw new IllegalArgumentException("inbound \"" + config.inbound_tag()
                    + "\" would redirect the appliance's own connections to itself, for they carry no mark;"
                    + " set egress.mark, or capture.local to false");
        }
        door = new RedirectDoor(config.inbound_tag(), listen, loops, captures.backend(), () -> flows);
        if (!include.isEmpty()) {
            try {
                captures.put(
                        door.tag(),
                        new Capture(
                                door.local().getPort(),
                                mark,
                                Optional.empty(),
                                include,
                                prefixes(config.capture_exclude()),
                                config.capture_local(),
                                config.capture_forwarded()));
            } catch (IOException e) {
                door.close();
                throw e;
            }
        }
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(Inbound.TAG, door.tag());
        properties.put(Inbound.TYPE, door.type());
        registration = bundle.registerService(Inbound.class, door, properties);
        LOG.info("inbound \"{}\" listens on {} for redirected TCP", door.tag(), door.local());
    }

    private static List<IpPrefix> prefixes(String[] texts) {
        return Arrays.stream(texts).map(IpPrefix::parse).map(IpPrefix::network).toList();
    }

    @Deactivate
    void deactivate() {
        registration.unregister();
        try {
            captures.remove(door.tag());
        } catch (IOException e) {
            LOG.warn("what inbound \"{}\" redirects could not be removed: {}", door.tag(), e.getMessage());
        }
        door.close();
    }
}

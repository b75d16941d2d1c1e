package io.sluice.outbound.dns;

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
import io.sluice.dialer.HostDialer;
import io.sluice.dialer.Layers;
import io.sluice.outbound.dns.engine.DnsProxy;
import io.sluice.outbound.dns.engine.DnsRules;
import io.sluice.outbound.dns.engine.Rewrite;
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

/** One configured DNS outbound. */
@Component(
        service = Outbound.class,
        immediate = true,
        configurationPid = "io.sluice.outbound.dns",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Outbound.TYPE + "=dns")
public final class DnsOutbound implements Outbound {

    private static final Set<Capability> CAPABILITIES = Set.of(Capability.TCP, Capability.UDP);

    /** Configuration; {@code sendThrough} and {@code sockopt.…} are read by {@link HostDialer}. */
    public @interface Config {

        /** The tag that rules name. */
        String outbound_tag();

        /** How the server is asked: {@code tcp}, {@code udp}, or as the client asks if empty. */
        String network() default "";

        /** The server's address or name; empty for the one that is asked. */
        String address() default "";

        /** The server's port; 0 for the one that is asked. */
        int port() default 0;

        /** What is done with which queries, in order; see {@link DnsRules}. */
        String[] rules() default {};
    }

    private final String tag;
    private final Rewrite rewrite;
    private final HostDialer dialer;
    private final DnsProxy proxy;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile EgressBinder egress;

    @Activate
    public DnsOutbound(
            @Reference EventLoops loops,
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
        rewrite = new Rewrite(network(where, config.network()), config.address(), config.port());
        DnsRules rules;
        try {
            rules = DnsRules.of(List.of(config.rules()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + e.getMessage(), e);
        }
        dialer = HostDialer.of(properties, loops, () -> egress, via);
        proxy = new DnsProxy(dialer, rewrite, rules);
    }

    private static Optional<Network> network(String where, String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "" -> Optional.empty();
            case "tcp" -> Optional.of(Network.TCP);
            case "udp" -> Optional.of(Network.UDP);
            default -> throw new IllegalArgumentException(where + "network \"" + word + "\" is neither tcp nor udp");
        };
    }

    @Deactivate
    void deactivate() {
        dialer.close();
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public String type() {
        return "dns";
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    @Override
    public Reach reach() {
        return dialer.isDirect() ? rewrite.reach() : Reach.NOWHERE;
    }

    @Override
    public String description() {
        return "dns to " + rewrite.description() + dialer.through();
    }

    @Override
    public Future<ByteStream> openStream(OpenRequest request) {
        return proxy.openStream(request);
    }

    @Override
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        return proxy.openDatagrams(request);
    }

    @Override
    public Map<String, Long> counters() {
        return proxy.counters().snapshot();
    }
}

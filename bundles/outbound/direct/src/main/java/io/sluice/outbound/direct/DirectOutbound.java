package io.sluice.outbound.direct;

import io.netty.util.concurrent.Future;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressOptions;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.outbound.Reach;
import io.sluice.dialer.AddressPreference;
import io.sluice.dialer.SocketSettings;
import io.sluice.outbound.direct.engine.DirectDialer;
import io.sluice.outbound.direct.engine.DirectSettings;
import io.sluice.outbound.direct.engine.FinalRules;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** One configured direct outbound. */
@Component(
        service = Outbound.class,
        immediate = true,
        configurationPid = "io.sluice.outbound.direct",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class DirectOutbound implements Outbound {

    private static final int DNS_PORT = 53;

    private static final Set<Capability> CAPABILITIES =
            Set.copyOf(EnumSet.of(Capability.TCP, Capability.UDP, Capability.LOCAL_ECHO));

    private final String tag;
    private final String type;
    private final String description;
    private final DirectDialer dialer;

    /** Absent: dialling fails closed. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile EgressBinder binder;

    @Activate
    public DirectOutbound(@Reference EventLoops loops, DirectConfig config) {
        this.tag = config.outbound_tag();
        if (tag == null || tag.isEmpty()) {
            throw new IllegalArgumentException("a direct outbound has no " + TAG + "; give it one");
        }
        this.type = config.outbound_type();
        Optional<InetAddress> from =
                Optional.of(config.sendThrough()).filter(s -> !s.isEmpty()).map(DirectOutbound::address);
        DirectSettings settings = new DirectSettings(
                SocketSettings.of(
                        AddressPreference.ofDomainStrategy(config.domainStrategy()),
                        new EgressOptions(Optional.empty(), from, OptionalInt.empty())),
                Arrays.stream(config.nameservers())
                        .map(DirectOutbound::nameserver)
                        .toList(),
                FinalRules.parse(List.of(config.finalRules())));
        this.description = from.map(f -> "direct from " + f.getHostAddress()).orElse("direct");
        this.dialer = new DirectDialer(loops, settings, () -> binder);
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
        return type;
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    @Override
    public Reach reach() {
        return Reach.ANYWHERE;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Future<ByteStream> openStream(OpenRequest request) {
        return dialer.openStream(request);
    }

    @Override
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        return dialer.openDatagrams(request);
    }

    @Override
    public Map<String, Long> counters() {
        return dialer.counters();
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not an IP address", e);
        }
    }

    private static InetSocketAddress nameserver(String text) {
        int colon = text.lastIndexOf(':');
        boolean bare = colon < 0 || (text.indexOf(':') != colon && !text.startsWith("["));
        if (bare) {
            return new InetSocketAddress(address(text), DNS_PORT);
        }
        String host = text.substring(0, colon).replaceAll("^\\[|]$", "");
        try {
            return new InetSocketAddress(address(host), Integer.parseInt(text, colon + 1, text.length(), 10));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not a name server: its port is no number", e);
        }
    }
}

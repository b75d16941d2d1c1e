package io.sluice.outbound.balancer;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.outbound.Reach;
import io.sluice.outbound.balancer.engine.Balancer;
import io.sluice.outbound.balancer.engine.BalancerSettings;
import io.sluice.outbound.balancer.engine.Strategy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** One configured group of outbounds. It is here without any of them, and refuses flows then. */
@Component(
        service = Outbound.class,
        immediate = true,
        configurationPid = "io.sluice.outbound.balancer",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Outbound.TYPE + "=balancer")
public final class BalancerOutbound implements Outbound {

    /** Name of the reference on which the configuration sets {@code .target}; matches none without. */
    static final String MEMBER = "member";

    private static final String NO_OUTBOUND = "(!(" + Outbound.TAG + "=*))";

    /** Properties of factory PID {@code io.sluice.outbound.balancer}. */
    public @interface Config {

        /** The tag that rules name. */
        String outbound_tag();

        /** Tags of its members, in order. */
        String[] members();

        /** {@code failover}, {@code random} or {@code roundRobin}. */
        String strategy() default "random";

        /** How long streams of a member that has gone may go on, in milliseconds; as long as the flow room gives its own (there it is said why). */
        long drainTimeoutMs() default 5_000;
    }

    private final String tag;
    private final Balancer balancer;

    @Activate
    public BalancerOutbound(Config config) {
        tag = config.outbound_tag();
        balancer = new Balancer(
                settings(config), bound -> ThreadLocalRandom.current().nextInt(bound));
    }

    /** Members may come and go without the others' flows noticing anything. */
    @Modified
    void modified(Config config) {
        balancer.settings(settings(config));
    }

    /** Before its members are unbound, one by one. */
    @Deactivate
    void deactivate() {
        balancer.close();
    }

    private static BalancerSettings settings(Config config) {
        return new BalancerSettings(
                config.outbound_tag(),
                Strategy.of(config.strategy())
                        .orElseThrow(() -> new IllegalArgumentException("outbound \"" + config.outbound_tag()
                                + "\": strategy \"" + config.strategy() + "\" is not failover, random or roundRobin")),
                List.of(config.members()),
                Duration.ofMillis(config.drainTimeoutMs()));
    }

    @Reference(
            name = MEMBER,
            target = NO_OUTBOUND,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindMember(Outbound outbound, Map<String, Object> properties) {
        balancer.add(outbound, properties.get(Constants.SERVICE_RANKING) instanceof Integer ranking ? ranking : 0);
    }

    void unbindMember(Outbound outbound) {
        balancer.remove(outbound);
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public String type() {
        return "balancer";
    }

    @Override
    public Set<Capability> capabilities() {
        return balancer.capabilities();
    }

    @Override
    public Reach reach() {
        return Reach.NOWHERE;
    }

    @Override
    public String description() {
        return balancer.description();
    }

    @Override
    public Future<ByteStream> openStream(OpenRequest request) {
        return balancer.openStream(request);
    }

    @Override
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        return balancer.openDatagrams(request);
    }

    @Override
    public Map<String, Long> counters() {
        return balancer.counters();
    }
}

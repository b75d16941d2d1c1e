package io.sluice.flow;

import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.DatagramRequest;
import io.sluice.api.flow.EchoRequest;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.FlowObserver;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowTable;
import io.sluice.api.flow.FlowTotals;
import io.sluice.api.flow.OutboundTrouble;
import io.sluice.api.flow.StreamRequest;
import io.sluice.api.loop.StreamSplicer;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.outbound.ReturningOutbound;
import io.sluice.api.policy.OutboundSelector;
import io.sluice.flow.engine.FlowEngine;
import io.sluice.flow.engine.FlowSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes the flow engine and hands it what comes and goes. */
@Component(
        service = {FlowAcceptor.class, FlowTable.class},
        immediate = true,
        configurationPid = "io.sluice.flow")
public final class FlowComponent implements FlowAcceptor, FlowTable {

    /** How long deactivation waits for the flows to be reset; ours: queued tasks of a loop take milliseconds. */
    private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(FlowComponent.class);

    private final FlowEngine engine;
    private OutboundSelector selector;
    private EgressBinder binder;
    private StreamSplicer splicer;

    @Activate
    public FlowComponent(FlowConfig config) {
        engine = new FlowEngine(settings(config), InstantSource.system());
    }

    @Modified
    void modified(FlowConfig config) {
        engine.settings(settings(config));
    }

    @Deactivate
    void deactivate() {
        try {
            if (!engine.shutdown(SHUTDOWN_LIMIT)) {
                LOG.warn(
                        "{} flows had not ended {} after they were told to",
                        engine.table().live().size(),
                        SHUTDOWN_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static FlowSettings settings(FlowConfig config) {
        return new FlowSettings(
                switch (config.accept()) {
                    case "dialFirst" -> FlowSettings.Accept.DIAL_FIRST;
                    case "acceptFirst" -> FlowSettings.Accept.ACCEPT_FIRST;
                    default ->
                        throw new IllegalArgumentException(
                                "accept is '" + config.accept() + "'; write dialFirst or acceptFirst");
                },
                Duration.ofMillis(config.connectTimeoutMs()),
                Duration.ofMillis(config.tcpIdleMs()),
                Duration.ofMillis(config.halfCloseMs()),
                Duration.ofMillis(config.udpIdleMs()),
                FlowSettings.DNS_IDLE,
                Duration.ofMillis(config.drainTimeoutMs()),
                config.maxFlows());
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindSelector(OutboundSelector arrived) {
        selector = arrived;
        engine.selector(arrived);
        LOG.info("policy is in force: new flows are decided");
    }

    /** The same policy has other rules: what a refusal was founded on may be gone. */
    synchronized void updatedSelector(OutboundSelector same) {
        engine.selector(same);
    }

    synchronized void unbindSelector(OutboundSelector gone) {
        if (selector == gone) {
            selector = null;
            engine.selector(null);
            LOG.warn("no policy is in force: new flows are refused with POLICY_ABSENT, live flows go on");
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindBinder(EgressBinder arrived) {
        binder = arrived;
        engine.binder(arrived);
    }

    synchronized void unbindBinder(EgressBinder gone) {
        if (binder == gone) {
            binder = null;
            engine.binder(null);
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindSplicer(StreamSplicer arrived) {
        splicer = arrived;
        engine.splicer(arrived);
    }

    synchronized void unbindSplicer(StreamSplicer gone) {
        if (splicer == gone) {
            splicer = null;
            engine.splicer(null);
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindOutbound(Outbound outbound, Map<String, Object> properties) {
        int ranking = properties.get(Constants.SERVICE_RANKING) instanceof Integer number ? number : 0;
        if (outbound instanceof ReturningOutbound returning) {
            returning.joined(engine);
        }
        engine.addOutbound(outbound, ranking);
        LOG.info("outbound '{}' is here: {}", outbound.tag(), outbound.description());
    }

    void unbindOutbound(Outbound outbound) {
        LOG.info("outbound '{}' is withdrawn; its flows drain", outbound.tag());
        engine.removeOutbound(outbound);
        if (outbound instanceof ReturningOutbound returning) {
            returning.left(engine);
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindObserver(FlowObserver observer) {
        engine.addObserver(observer);
    }

    void unbindObserver(FlowObserver observer) {
        engine.removeObserver(observer);
    }

    @Override
    public void stream(StreamRequest request) {
        engine.stream(request);
    }

    @Override
    public void datagrams(DatagramRequest request) {
        engine.datagrams(request);
    }

    @Override
    public void echo(EchoRequest request) {
        engine.echo(request);
    }

    @Override
    public List<FlowSnapshot> live() {
        return engine.table().live();
    }

    @Override
    public List<FlowSnapshot> recent() {
        return engine.table().recent();
    }

    @Override
    public Optional<FlowSnapshot> find(long id) {
        return engine.table().find(id);
    }

    @Override
    public int close(Predicate<FlowSnapshot> which) {
        return engine.table().close(which);
    }

    @Override
    public FlowTotals totals() {
        return engine.table().totals();
    }

    @Override
    public Map<String, OutboundTrouble> troubles() {
        return engine.table().troubles();
    }
}

package io.sluice.shell;

import io.sluice.api.config.ConfigStore;
import io.sluice.api.config.OutboundImport;
import io.sluice.api.console.WebLogin;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.FlowTable;
import io.sluice.api.inbound.Inbound;
import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.netmon.NetworkMonitor;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.policy.OutboundSelector;
import io.sluice.api.route.RouteManager;
import io.sluice.api.tunnel.TunnelController;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.ExitCode;
import io.sluice.view.Diagnosis;
import io.sluice.view.Rooms;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** Every room a command may ask for. Each is optional and may come and go at any time. */
@Component(service = ShellRooms.class)
public class ShellRooms implements Rooms {

    private final BundleContext context;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile TunnelController tunnel;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile FlowTable flows;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile OutboundSelector policy;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile RouteManager routes;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile EgressBinder egress;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile NetworkMonitor network;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile ConfigStore config;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile KillSwitch killSwitch;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile OutboundImport outboundImport;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile WebLogin webLogin;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile ServiceComponentRuntime components;

    @Reference(policy = ReferencePolicy.DYNAMIC)
    private volatile List<Outbound> outbounds = List.of();

    @Reference(policy = ReferencePolicy.DYNAMIC)
    private volatile List<Inbound> inbounds = List.of();

    @Activate
    public ShellRooms(BundleContext context) {
        this.context = context;
    }

    @Override
    public Optional<TunnelController> tunnel() {
        return Optional.ofNullable(tunnel);
    }

    @Override
    public Optional<FlowTable> flows() {
        return Optional.ofNullable(flows);
    }

    @Override
    public Optional<OutboundSelector> policy() {
        return Optional.ofNullable(policy);
    }

    @Override
    public Optional<RouteManager> routes() {
        return Optional.ofNullable(routes);
    }

    @Override
    public Optional<EgressBinder> egress() {
        return Optional.ofNullable(egress);
    }

    @Override
    public Optional<NetworkMonitor> network() {
        return Optional.ofNullable(network);
    }

    @Override
    public Optional<ConfigStore> config() {
        return Optional.ofNullable(config);
    }

    @Override
    public Optional<KillSwitch> killSwitch() {
        return Optional.ofNullable(killSwitch);
    }

    @Override
    public List<Outbound> outbounds() {
        return outbounds.stream().sorted(Comparator.comparing(Outbound::tag)).toList();
    }

    @Override
    public List<Inbound> inbounds() {
        return inbounds.stream().sorted(Comparator.comparing(Inbound::tag)).toList();
    }

    Optional<OutboundImport> outboundImport() {
        return Optional.ofNullable(outboundImport);
    }

    Optional<WebLogin> webLogin() {
        return Optional.ofNullable(webLogin);
    }

    /** Why things are not active; empty while Declarative Services itself is away. */
    Optional<Diagnosis> diagnosis() {
        return Optional.ofNullable(components).map(runtime -> new Diagnosis(context, runtime));
    }

    @Override
    public Optional<String> rescue() {
        return Optional.ofNullable(context.getProperty(RESCUE));
    }

    BundleContext context() {
        return context;
    }

    /** A directory the launcher named by framework property, e.g. {@code sluice.data}. */
    Optional<Path> directory(String property) {
        return Optional.ofNullable(context.getProperty(property)).map(Path::of);
    }

    /** The service, or a failure that says why it is not there and what to do. */
    <T> T need(Optional<T> service, Class<T> contract) throws CommandFailure {
        if (service.isPresent()) {
            return service.get();
        }
        String why = diagnosis()
                .map(diagnosis -> diagnosis.whyAbsent(contract.getName()))
                .orElse("the component runtime is not active");
        throw new CommandFailure(
                ExitCode.FAILED, contract.getSimpleName() + " is not active: " + why + ". See: sluice diag");
    }
}

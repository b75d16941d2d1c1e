package io.sluice.tunnel;

import io.sluice.api.dns.HostDns;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.netstack.IpStack;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.redirect.StreamRedirector;
import io.sluice.api.route.RouteManager;
import io.sluice.api.tun.TunDriver;
import io.sluice.api.tunnel.TunnelController;
import io.sluice.api.tunnel.TunnelError;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import io.sluice.api.tunnel.TunnelException;
import io.sluice.api.tunnel.TunnelListener;
import io.sluice.api.tunnel.TunnelProfile;
import io.sluice.api.tunnel.TunnelState;
import io.sluice.api.tunnel.TunnelStatus;
import io.sluice.tunnel.engine.Command;
import io.sluice.tunnel.engine.Failure;
import io.sluice.tunnel.engine.Memory;
import io.sluice.tunnel.engine.Room;
import io.sluice.tunnel.engine.Rooms;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
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

/**
 * The tunnel as a service. Every reference is optional and dynamic: what is absent is said by a start, what goes away while connected is
 * held. So many references, because the coordinator is the one place where these rooms meet.
 */
@Component(service = TunnelController.class, configurationPid = "io.sluice.tunnel", immediate = true)
public final class TunnelComponent implements TunnelController {

    private static final Logger LOG = LoggerFactory.getLogger(TunnelComponent.class);

    /** A service that goes away waits so long for the coordinator to let go of it: a step takes milliseconds. */
    private static final Duration LET_GO = Duration.ofSeconds(2);

    /** The longest a shutdown waits for everything to be undone: below the framework's own limit for stopping. */
    private static final Duration SHUTDOWN = Duration.ofSeconds(10);

    private final BundleContext bundle;
    private final Listeners listeners = new Listeners();
    private final RoomsBook rooms = new RoomsBook();
    private final Coordinator coordinator;
    private final List<ServiceRegistration<?>> registrations;
    private volatile LastCommand last;

    @Activate
    public TunnelComponent(BundleContext bundle, TunnelSettings settings, Map<String, Object> properties) {
        this.bundle = bundle;
        StateFile file = new StateFile(folder(bundle));
        Memory found = file.read();
        if (found.startedAt().isPresent()) {
            LOG.info(
                    "the process that had started the tunnel at {} did not stop it",
                    found.startedAt().get());
        }
        this.coordinator = new Coordinator(found, file, InstantSource.system(), listeners);
        coordinator.start();
        this.last = LastCommand.ofThePredecessor();
        configure(settings, properties);
        if (found.resume()) {
            uninterrupted(() -> {
                coordinator.resume();
                return null;
            });
        } else if (isConfigured(properties) || !found.profile().equals(found.configured())) {
            // What a configuration had brought waits for what it says now.
            startIfProfileSays();
        }
        this.registrations = HostEvents.register(bundle, coordinator::report);
    }

    private static Path folder(BundleContext bundle) {
        String data = bundle.getProperty("sluice.data");
        Path root = data == null ? bundle.getDataFile("").toPath() : Path.of(data);
        return root.resolve("tunnel");
    }

    /** The first configuration may come after activation: it starts the tunnel too, unless an operator has given a command. */
    @Modified
    void modified(TunnelSettings settings, Map<String, Object> properties) {
        if (configure(settings, properties)) {
            startIfProfileSays();
        }
    }

    /**
     * Takes over a profile that the configuration brings. Whether it is another one than it brought last, and which is in force then, is for the coordinator to
     * say: what is published here may be older than what waits there.
     *
     * @return whether it brings one
     */
    private boolean configure(TunnelSettings settings, Map<String, Object> properties) {
        if (!isConfigured(properties)) {
            return false;
        }
        try {
            tell(new Command.SaveProfile(TunnelSettings.Reader.profile(settings), true));
            return true;
        } catch (IllegalArgumentException e) {
            String why = e.getMessage() == null ? e.toString() : e.getMessage();
            uninterrupted(() -> coordinator.run(m -> m.configurationRefused(why)));
            return false;
        }
    }

    private static boolean isConfigured(Map<String, Object> properties) {
        return properties.containsKey("service.pid");
    }

    private void startIfProfileSays() {
        uninterrupted(() -> {
            coordinator.startIfProfileSays(() -> last == LastCommand.NONE);
            return null;
        });
    }

    @Deactivate
    void deactivate() {
        registrations.forEach(ServiceRegistration::unregister);
        boolean frameworkStops = bundle.getBundle(0).getState() == Bundle.STOPPING;
        if (!frameworkStops) {
            last.leave();
        }
        uninterrupted(() -> {
            if (!coordinator.close(
                    frameworkStops ? "the appliance stops" : "the tunnel room stops", !frameworkStops, SHUTDOWN)) {
                LOG.error("the tunnel was not undone within {} s and goes on being undone", SHUTDOWN.toSeconds());
            }
            return null;
        });
    }

    @Override
    public void save(TunnelProfile profile) throws TunnelException {
        Coordinator.Outcome outcome = answer(() -> coordinator.tell(new Command.SaveProfile(profile, false)));
        if (outcome.refused().isPresent()) {
            throw exception(outcome.refused().get());
        }
    }

    @Override
    public Optional<TunnelProfile> profile() {
        return coordinator.memory().profile();
    }

    @Override
    public TunnelStatus start() throws TunnelException {
        last = LastCommand.START;
        TunnelStatus status =
                answer(() -> coordinator.settle(new Command.Start())).status();
        if (status.state() == TunnelState.ERROR && status.error().isPresent()) {
            throw new TunnelException(status.error().get(), null);
        }
        return status;
    }

    @Override
    public TunnelStatus stop() {
        last = LastCommand.STOP;
        try {
            return answer(() -> coordinator.settle(new Command.Stop("an operator stopped it")))
                    .status();
        } catch (TunnelException e) {
            LOG.warn("the stop goes on unattended: {}", e.getMessage());
            return coordinator.status();
        }
    }

    @Override
    public TunnelStatus status() {
        return coordinator.status();
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            target = "(tun.driver=system)")
    void bindDriver(TunDriver driver) {
        back(Room.TUN, () -> rooms.driver(driver));
    }

    void unbindDriver(TunDriver driver) {
        gone(Room.TUN, () -> rooms.withoutDriver(driver));
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindStack(IpStack stack, Map<String, Object> properties) {
        back(Room.STACK, () -> rooms.stack(String.valueOf(properties.get(IpStack.STACK)), stack));
    }

    void unbindStack(IpStack stack) {
        gone(Room.STACK, () -> rooms.withoutStack(stack));
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindAcceptor(FlowAcceptor acceptor) {
        back(Room.FLOW, () -> rooms.acceptor(acceptor));
    }

    void unbindAcceptor(FlowAcceptor acceptor) {
        gone(Room.FLOW, () -> rooms.withoutAcceptor(acceptor));
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindRoutes(RouteManager routes) {
        back(Room.ROUTE, () -> rooms.routes(routes));
    }

    void unbindRoutes(RouteManager routes) {
        gone(Room.ROUTE, () -> rooms.withoutRoutes(routes));
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindEgress(EgressBinder egress) {
        back(Room.EGRESS, () -> rooms.egress(egress));
    }

    void unbindEgress(EgressBinder egress) {
        gone(Room.EGRESS, () -> rooms.withoutEgress(egress));
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindRedirector(StreamRedirector redirector) {
        back(Room.REDIRECT, () -> rooms.redirector(redirector));
    }

    void unbindRedirector(StreamRedirector redirector) {
        gone(Room.REDIRECT, () -> rooms.withoutRedirector(redirector));
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindHostDns(HostDns hostDns) {
        back(Room.DNS, () -> rooms.hostDns(hostDns));
    }

    void unbindHostDns(HostDns hostDns) {
        gone(Room.DNS, () -> rooms.withoutHostDns(hostDns));
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindKillSwitch(KillSwitch killSwitch) {
        back(Room.KILLSWITCH, () -> rooms.killSwitch(killSwitch));
    }

    void unbindKillSwitch(KillSwitch killSwitch) {
        gone(Room.KILLSWITCH, () -> rooms.withoutKillSwitch(killSwitch));
    }

    /** Only to know where their sockets go. */
    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindOutbound(Outbound outbound) {
        outbounds(() -> rooms.outbound(outbound));
    }

    void unbindOutbound(Outbound outbound) {
        outbounds(() -> rooms.withoutOutbound(outbound));
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindListener(TunnelListener listener) {
        uninterrupted(() -> {
            coordinator.addListener(listener);
            return null;
        });
    }

    void unbindListener(TunnelListener listener) {
        uninterrupted(() -> coordinator.run(_ -> listeners.remove(listener)));
    }

    private void outbounds(Supplier<Rooms> change) {
        uninterrupted(() -> rooms.told(change, now -> coordinator.tell(new Command.OutboundsChanged(now))));
    }

    private void back(Room room, Supplier<Rooms> change) {
        LOG.debug("{} is there", room.label());
        uninterrupted(() -> rooms.told(change, now -> coordinator.tell(new Command.ServiceBack(room, now))));
    }

    /** Waits until the coordinator has let go of it and undone what stood on it, so that the service is not used while it is being torn down. */
    private void gone(Room room, Supplier<Rooms> change) {
        LOG.debug("{} goes away", room.label());
        uninterrupted(() -> {
            CompletableFuture<Coordinator.Outcome> handled =
                    rooms.told(change, now -> coordinator.settle(new Command.ServiceGone(room, now)));
            if (!coordinator.onThread() && coordinator.alive()) {
                try {
                    handled.get(LET_GO.toMillis(), TimeUnit.MILLISECONDS);
                } catch (ExecutionException | CancellationException | TimeoutException e) {
                    LOG.warn("{} went away while the coordinator was still busy with it", room.label());
                }
            }
            return null;
        });
    }

    private void tell(Command command) {
        uninterrupted(() -> coordinator.tell(command));
    }

    @FunctionalInterface
    private interface Interruptible<T> {
        T call() throws InterruptedException;
    }

    private static <T> void uninterrupted(Interruptible<T> action) {
        try {
            action.call();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("interrupted while talking to the coordinator");
        }
    }

    private static Coordinator.Outcome answer(Interruptible<CompletableFuture<Coordinator.Outcome>> command)
            throws TunnelException {
        try {
            return command.call().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw internal("The caller was interrupted; the command goes on.", e);
        } catch (ExecutionException | CancellationException e) {
            throw internal("The tunnel room is stopping.", e);
        }
    }

    private static TunnelException internal(String message, Exception cause) {
        return new TunnelException(
                new TunnelError(
                        ErrorCause.INTERNAL,
                        message,
                        "Ask for the status.",
                        InstantSource.system().instant()),
                cause);
    }

    private static TunnelException exception(Failure failure) {
        return new TunnelException(failure.error(), failure.cause().orElse(null));
    }
}

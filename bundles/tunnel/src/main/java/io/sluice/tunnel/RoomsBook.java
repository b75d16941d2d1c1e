package io.sluice.tunnel;

import io.sluice.api.dns.HostDns;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.netstack.IpStack;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.outbound.Reach;
import io.sluice.api.redirect.StreamRedirector;
import io.sluice.api.route.RouteManager;
import io.sluice.api.tun.TunDriver;
import io.sluice.tunnel.engine.Rooms;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Books which services are there. A service that leaves after its successor came changes nothing. Safe from any thread. */
final class RoomsBook {

    private final Map<String, IpStack> stacks = new HashMap<>();
    private final Map<Outbound, Reach> outbounds = new IdentityHashMap<>();
    private Optional<TunDriver> driver = Optional.empty();
    private Optional<FlowAcceptor> acceptor = Optional.empty();
    private Optional<RouteManager> routes = Optional.empty();
    private Optional<EgressBinder> egress = Optional.empty();
    private Optional<StreamRedirector> redirector = Optional.empty();
    private Optional<HostDns> hostDns = Optional.empty();
    private Optional<KillSwitch> killSwitch = Optional.empty();

    /** Whom a change is told to. */
    @FunctionalInterface
    interface Teller<T> {
        T tell(Rooms now) throws InterruptedException;
    }

    /** Changes the book and tells of it before anybody else can change it: what is told last is how it stands. The teller must not wait for whoever changes it too. */
    synchronized <T> T told(Supplier<Rooms> change, Teller<T> teller) throws InterruptedException {
        return teller.tell(change.get());
    }

    private Rooms now() {
        return new Rooms(
                driver,
                stacks,
                acceptor,
                routes,
                egress,
                redirector,
                hostDns,
                killSwitch,
                List.copyOf(outbounds.values()));
    }

    synchronized Rooms driver(TunDriver came) {
        driver = Optional.of(came);
        return now();
    }

    synchronized Rooms withoutDriver(TunDriver left) {
        driver = without(driver, left);
        return now();
    }

    synchronized Rooms stack(String kind, IpStack came) {
        stacks.put(kind, came);
        return now();
    }

    synchronized Rooms withoutStack(IpStack left) {
        stacks.values().removeIf(s -> s == left);
        return now();
    }

    synchronized Rooms acceptor(FlowAcceptor came) {
        acceptor = Optional.of(came);
        return now();
    }

    synchronized Rooms withoutAcceptor(FlowAcceptor left) {
        acceptor = without(acceptor, left);
        return now();
    }

    synchronized Rooms routes(RouteManager came) {
        routes = Optional.of(came);
        return now();
    }

    synchronized Rooms withoutRoutes(RouteManager left) {
        routes = without(routes, left);
        return now();
    }

    synchronized Rooms egress(EgressBinder came) {
        egress = Optional.of(came);
        return now();
    }

    synchronized Rooms withoutEgress(EgressBinder left) {
        egress = without(egress, left);
        return now();
    }

    synchronized Rooms redirector(StreamRedirector came) {
        redirector = Optional.of(came);
        return now();
    }

    synchronized Rooms withoutRedirector(StreamRedirector left) {
        redirector = without(redirector, left);
        return now();
    }

    synchronized Rooms hostDns(HostDns came) {
        hostDns = Optional.of(came);
        return now();
    }

    synchronized Rooms withoutHostDns(HostDns left) {
        hostDns = without(hostDns, left);
        return now();
    }

    synchronized Rooms killSwitch(KillSwitch came) {
        killSwitch = Optional.of(came);
        return now();
    }

    synchronized Rooms withoutKillSwitch(KillSwitch left) {
        killSwitch = without(killSwitch, left);
        return now();
    }

    synchronized Rooms outbound(Outbound came) {
        outbounds.put(came, came.reach());
        return now();
    }

    synchronized Rooms withoutOutbound(Outbound left) {
        outbounds.remove(left);
        return now();
    }

    private static <T> Optional<T> without(Optional<T> held, T leaving) {
        return held.filter(h -> h != leaving);
    }
}

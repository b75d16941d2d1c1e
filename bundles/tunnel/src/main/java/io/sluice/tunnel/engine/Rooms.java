package io.sluice.tunnel.engine;

import io.sluice.api.dns.HostDns;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.netstack.IpStack;
import io.sluice.api.outbound.Reach;
import io.sluice.api.redirect.StreamRedirector;
import io.sluice.api.route.RouteManager;
import io.sluice.api.tun.TunDriver;
import io.sluice.api.tunnel.TunnelProfile;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The services that are there at one moment.
 *
 * @param stacks by kind, see {@link IpStack#STACK}
 * @param reaches where the sockets of the outbounds go
 */
public record Rooms(
        Optional<TunDriver> driver,
        Map<String, IpStack> stacks,
        Optional<FlowAcceptor> acceptor,
        Optional<RouteManager> routes,
        Optional<EgressBinder> egress,
        Optional<StreamRedirector> redirector,
        Optional<HostDns> hostDns,
        Optional<KillSwitch> killSwitch,
        List<Reach> reaches) {

    /** Nothing is there. */
    public static final Rooms NONE = new Rooms(
            Optional.empty(), Map.of(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Without the host's resolver, the kill switch and outbounds. */
    public Rooms(
            Optional<TunDriver> driver,
            Map<String, IpStack> stacks,
            Optional<FlowAcceptor> acceptor,
            Optional<RouteManager> routes,
            Optional<EgressBinder> egress,
            Optional<StreamRedirector> redirector) {
        this(driver, stacks, acceptor, routes, egress, redirector, Optional.empty(), Optional.empty(), List.of());
    }

    public Rooms {
        stacks = Map.copyOf(stacks);
        reaches = List.copyOf(reaches);
    }

    public Optional<IpStack> stack(String kind) {
        return Optional.ofNullable(stacks.get(kind));
    }

    /** The rooms that a start with this profile needs and that are not there. A profile without routes needs no route manager; nobody needs a redirector or a resolver;
     * whether a kill switch is needed is a matter of memory, see {@link TunnelContext#absent}. */
    public Set<Room> absentFor(TunnelProfile profile) {
        Set<Room> absent = EnumSet.noneOf(Room.class);
        if (driver.isEmpty()) {
            absent.add(Room.TUN);
        }
        if (stack(profile.stack()).isEmpty()) {
            absent.add(Room.STACK);
        }
        if (acceptor.isEmpty()) {
            absent.add(Room.FLOW);
        }
        if (routes.isEmpty() && !profile.include().isEmpty()) {
            absent.add(Room.ROUTE);
        }
        if (egress.isEmpty()) {
            absent.add(Room.EGRESS);
        }
        return absent;
    }
}

package io.sluice.tunnel.engine;

import io.sluice.api.egress.EgressBinder;
import io.sluice.api.route.RouteException;
import io.sluice.api.route.RouteManager;
import io.sluice.api.route.RouteSet;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the profile's destinations into the tunnel. A profile that includes nothing touches no route. */
record SetRoutes() implements Step {

    private static final Logger LOG = LoggerFactory.getLogger(SetRoutes.class);

    @Override
    public String title() {
        return "set the routes";
    }

    @Override
    public void take(Session session, TunnelContext context) throws Fault {
        if (session.profile().include().isEmpty()) {
            return;
        }
        RouteManager manager = context.rooms().routes().orElseThrow(() -> CheckRooms.absent(Set.of(Room.ROUTE)));
        EgressBinder egress = context.rooms().egress().orElseThrow(() -> CheckRooms.absent(Set.of(Room.EGRESS)));
        Optional<RouteSet> routes;
        try {
            routes = session.routes(egress);
        } catch (IllegalArgumentException e) {
            throw new Fault(
                    ErrorCause.PROFILE_INVALID,
                    "The profile's routes cannot be right: " + Sentence.of(e),
                    "Correct tun.routes in the configuration.",
                    e);
        }
        try {
            manager.set(routes.orElseThrow());
        } catch (RouteException e) {
            throw new Fault(
                    ErrorCause.ROUTE_REFUSED,
                    "The host refused the tunnel's routes: " + Sentence.of(e),
                    "Put right what it names. Sluice needs CAP_NET_ADMIN (as root), and table "
                            + session.profile().table() + " and rule priority "
                            + session.profile().rulePriority() + " for itself.",
                    e);
        }
    }

    @Override
    public void undo(Session session, TunnelContext context) throws Fault {
        if (session.profile().include().isEmpty()) {
            return;
        }
        Optional<RouteManager> manager = context.rooms().routes();
        if (manager.isEmpty()) {
            LOG.warn("the route manager is not active: the tunnel's routes stay until it is back");
            return;
        }
        try {
            manager.get().cleanUp();
        } catch (RouteException e) {
            throw new Fault(
                    ErrorCause.ROUTE_REFUSED,
                    "The tunnel's routes could not be removed: " + Sentence.of(e),
                    "Remove them by hand (ip rule, ip route).",
                    e);
        }
    }
}

package io.sluice.tunnel.engine;

import io.sluice.api.dns.HostDns;
import io.sluice.api.route.RouteException;
import io.sluice.api.route.RouteManager;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunDriver;
import io.sluice.api.tun.TunException;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what a crash, or a stop without a driver or route manager, left on the host: routes of ours, and an interface that was held for
 * another driver. An interface that the profile is about to use again is left to be adopted.
 */
record CleanUpLeftovers() implements Step {

    private static final Logger LOG = LoggerFactory.getLogger(CleanUpLeftovers.class);

    @Override
    public String title() {
        return "remove leftovers";
    }

    /** Nothing to undo. */
    @Override
    public boolean undoable() {
        return false;
    }

    @Override
    public void take(Session session, TunnelContext context) throws Fault {
        if (context.rooms().routes().isPresent()) {
            routes(context.rooms().routes().get());
        }
        if (context.rooms().hostDns().isPresent()) {
            resolver(context.rooms().hostDns().get());
        }
        Optional<TunConfig> held = context.memory().held();
        if (held.isPresent()
                && !held.get().name().equals(session.profile().tun().name())) {
            heldInterface(context);
        }
    }

    private static void routes(RouteManager manager) throws Fault {
        try {
            int removed = manager.cleanUp();
            if (removed > 0) {
                LOG.info("removed {} routing entries that an earlier run had left", removed);
            }
        } catch (RouteException e) {
            throw new Fault(
                    ErrorCause.ROUTE_REFUSED,
                    "Routing entries of an earlier run could not be removed: " + e.getMessage() + ".",
                    "Remove them by hand (ip rule, ip route), or run Sluice with CAP_NET_ADMIN (as root).",
                    e);
        }
    }

    private static void resolver(HostDns room) throws Fault {
        if (SetHostDns.giveBack(room)) {
            LOG.info("gave the host its own resolver back, which an earlier run had taken");
        }
    }

    /** Removes the held interface, if there is one and a driver to do it. What cannot be removed is said and kept in mind. */
    static void heldInterface(TunnelContext context) {
        Optional<TunConfig> held = context.memory().held();
        Optional<TunDriver> driver = context.rooms().driver();
        if (held.isEmpty() || driver.isEmpty()) {
            return;
        }
        try {
            driver.get().open(OpenDevice.persistent(held.get(), false)).close();
            LOG.info("removed the interface {} that had been held", held.get().name());
            context.rememberOrWarn(context.memory().withHeld(Optional.empty()));
        } catch (TunException | RuntimeException | LinkageError e) {
            LOG.warn(
                    "the interface {} that had been held could not be removed: {}",
                    held.get().name(),
                    Sentence.of(e));
        }
    }

    /** Does what can be done outside of a start; for states without a session, when a service comes back. */
    static void whatIsPossible(Room came, TunnelContext context) {
        if (came == Room.TUN) {
            heldInterface(context);
        }
        try {
            if (came == Room.ROUTE && context.rooms().routes().isPresent()) {
                routes(context.rooms().routes().get());
            }
            if (came == Room.DNS && context.rooms().hostDns().isPresent()) {
                resolver(context.rooms().hostDns().get());
            }
        } catch (Fault e) {
            LOG.warn("{} {}", e.getMessage(), e.remedy());
        }
    }
}

package io.sluice.tunnel.engine;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.netstack.IpStack;
import io.sluice.api.route.RouteException;
import io.sluice.api.route.RouteManager;
import io.sluice.api.tun.TunException;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import io.sluice.api.tunnel.TunnelProfile;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a connected session has on the host as it should be, when a room, the network or the profile is another one or another program changed it.
 * Order: kill switch (which the machine has told before), egress, device, routes, redirection, resolver. When a service goes away, what can be held is
 * held:
 *
 * <ul>
 *   <li>the IP stack: its flows end, the device stays open, the successor is attached to it; likewise when the configuration names another kind;
 *   <li>the flow acceptor: new flows are rejected until there is another one;
 *   <li>the route manager, the host's resolver: what they set stays, the successor sets it again;
 *   <li>the egress binder: the outbounds fail closed by themselves; with the next one the routes are set again, for its mark may differ;
 *   <li>the redirector: TCP goes through the device;
 *   <li>the kill switch: its rules stay in the kernel;
 *   <li>the TUN driver: everything is undone, the interface is kept for the next driver, and the tunnel comes back with it.
 * </ul>
 */
final class Upkeep {

    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    /** The same damage right after it was mended is no change for a monitor that waits for quiet (250 ms): it is looked for once that is over. */
    static final Duration LOOK_AGAIN = Duration.ofMillis(600);

    private Upkeep() {}

    static void room(Room room, Session session, TunnelContext context) throws Fault {
        switch (room) {
            case TUN -> checkDriver(session, context);
            case STACK -> exchangeStack(session, context);
            case FLOW ->
                session.attachment()
                        .ifPresent(a -> a.acceptor(context.rooms().acceptor().orElse(null)));
            case ROUTE -> routes(session, context);
            case EGRESS -> {
                routes(session, context);
                RedirectStreams.redirect(session, context);
            }
            case REDIRECT -> RedirectStreams.redirect(session, context);
            case DNS -> SetHostDns.set(session, context);
            case KILLSWITCH -> {
                // The machine gives every kill switch its policy before it gives us the command.
            }
        }
    }

    /** Everything that depends on the way out. */
    static void everything(Session session, TunnelContext context) throws Fault {
        routes(session, context);
        RedirectStreams.redirect(session, context);
        SetHostDns.set(session, context);
    }

    private static void checkDriver(Session session, TunnelContext context) throws Fault {
        if (!session.driverLives(context.rooms())) {
            throw new Fault(
                    ErrorCause.TUN_GONE,
                    "The TUN driver that had opened the device is gone.",
                    "Nothing needs to be done: the tunnel starts again when there is a driver.",
                    null);
        }
    }

    private static void exchangeStack(Session session, TunnelContext context) throws Fault {
        if (!session.stackLives(context.rooms())) {
            LOG.info(
                    "the IP stack went away: its flows end, {} is held open",
                    session.deviceName().orElse("the device"));
            AttachStack.detach(session, CloseReason.INBOUND_WITHDRAWN);
        }
        Optional<IpStack> successor = context.rooms().stack(session.profile().stack());
        if (session.stack().isEmpty() && successor.isPresent()) {
            AttachStack.attach(session, successor.get(), context);
            LOG.info("an IP stack took over {}", session.deviceName().orElse("the device"));
        }
        StackChange.make(session, context);
    }

    private static void routes(Session session, TunnelContext context) throws Fault {
        if (context.rooms().routes().isPresent() && context.rooms().egress().isPresent()) {
            CheckRooms.checkLoop(session, context);
            new SetRoutes().take(session, context);
        }
    }

    /** Another program changed our device: that is put back, and the routes that went with it. Its flows live. */
    static void mendDevice(String damage, Session session, TunnelContext context) throws Fault {
        boolean mended;
        try {
            mended = session.device().isPresent() && session.device().get().mend();
        } catch (TunException e) {
            throw new Fault(
                    ErrorCause.TUN_GONE,
                    "Another program changed the tunnel's device (" + damage + "), and it could not be put back: "
                            + Sentence.of(e),
                    "Nothing needs to be done: the tunnel starts again by itself.",
                    e);
        }
        everything(session, context);
        if (mended) {
            session.mendedAt(Optional.of(context.now()));
            context.later(LOOK_AGAIN, new Command.RoutesChanged());
            context.restored("another program changed the tunnel's device: " + damage + "; it is as it was");
        }
    }

    /** Routes or rules were changed by somebody; ours are put back if it was them. */
    static void restoreRoutes(Session session, TunnelContext context) throws Fault {
        // A wall clock that was set back does not make it later.
        Instant now = context.now();
        Instant before = now.minus(LOOK_AGAIN);
        if (session.mendedAt()
                .filter(at -> !at.isAfter(before) || at.isAfter(now))
                .isPresent()) {
            session.mendedAt(Optional.empty());
            mendDevice("the same again", session, context);
        }
        Optional<RouteManager> manager = context.rooms().routes();
        if (session.profile().include().isEmpty() || manager.isEmpty()) {
            return;
        }
        List<String> found = shown(manager.get());
        routes(session, context);
        List<String> after = shown(manager.get());
        if (!found.equals(after)) {
            long missing =
                    after.stream().filter(entry -> !found.contains(entry)).count();
            context.restored("another program changed the tunnel's routes or rules: " + missing + " of " + after.size()
                    + " entries were put back");
        }
    }

    private static List<String> shown(RouteManager manager) {
        try {
            return manager.show();
        } catch (RouteException e) {
            LOG.warn("the tunnel's routes could not be read: {}", e.getMessage());
            return List.of();
        }
    }

    /**
     * Brings the saved profile into force as far as the device can stay open.
     *
     * @return false if it cannot: the tunnel is to be connected anew
     */
    static boolean profile(Session session, TunnelContext context) throws Fault {
        TunnelProfile saved = context.profile().orElseThrow();
        TunnelProfile now = session.profile();
        if (!saved.tun().equals(now.tun()) || !saved.tcp().equals(now.tcp())) {
            return false;
        }
        if (now.autoRedirect() && !saved.autoRedirect()) {
            new RedirectStreams().undo(session, context);
        }
        boolean routesGo = saved.include().isEmpty() && !now.include().isEmpty();
        if (routesGo) {
            new SetRoutes().undo(session, context);
        }
        boolean others =
                !saved.withStack(now.stack()).withAutoStart(now.autoStart()).equals(now);
        // The stack keeps its name in the session until the other one has taken over.
        session.profile(saved.withStack(now.stack()));
        if (others) {
            LOG.info("the profile that was saved comes into force; the device stays open");
            everything(session, context);
        }
        exchangeStack(session, context);
        return true;
    }
}

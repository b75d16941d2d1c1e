package io.sluice.tunnel.engine;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.netmon.NetworkState;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import io.sluice.api.tunnel.TunnelState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything stands and traffic is taken in; while the host has no way out it is {@link TunnelState#OFFLINE}, with all that stands held.
 * {@link Upkeep} says what is held when a service goes away, {@link NetworkVerdict} what is done when the network is another one.
 *
 * @param attempt how many starts in a row had failed before
 * @param offline there is no way out
 */
public record ConnectedState(Session session, Instant since, long attempt, boolean offline, String reason)
        implements State {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectedState.class);

    static ConnectedState of(Session session, long attempt, TunnelContext context) {
        Instant since = context.memory().startedAt().orElseGet(context::now);
        return new ConnectedState(session, since, attempt, isOffline(context), describe(session, context));
    }

    private static boolean isOffline(TunnelContext context) {
        NetworkState network = context.network();
        return network.source() != NetworkState.Source.NONE && !network.online();
    }

    @Override
    public TunnelState kind() {
        return offline ? TunnelState.OFFLINE : TunnelState.CONNECTED;
    }

    /** Also while something is held or there is no way out: what goes into the device leaks nowhere, and its flows are to outlive that. */
    @Override
    public FirewallPolicy policy(TunnelContext context) {
        return new FirewallPolicy.Connected(
                context.own(),
                session.deviceName().orElseThrow(),
                session.profile().tun().addresses(),
                session.profile().nameServers());
    }

    @Override
    public Transition refused(Fault fault, TunnelContext context) {
        return failed(fault, context);
    }

    @Override
    public Optional<String> device() {
        return session.deviceName();
    }

    @Override
    public Optional<Instant> startedAt() {
        return Optional.of(since);
    }

    @Override
    public Transition handle(Command command, TunnelContext context) {
        return switch (command) {
            case Command.Stop stop ->
                Transition.to(DisconnectingState.towards(session, DisconnectedState.after(stop)), stop.reason());
            case Command.DeviceFailed failed when failed.session() == session.number() -> anew(gone(failed), context);
            case Command.ServiceGone gone -> kept(() -> Upkeep.room(gone.room(), session, context), context);
            case Command.ServiceBack back -> kept(() -> Upkeep.room(back.room(), session, context), context);
            case Command.SaveProfile _ -> profileSaved(context);
            case Command.NetworkChanged changed -> networkChanged(changed, context);
            case Command.RoutesChanged _ -> lostOrKept(() -> Upkeep.restoreRoutes(session, context), context);
            case Command.DeviceFailed _,
                    Command.Start _,
                    Command.AutoStart _,
                    Command.OutboundsChanged _,
                    Command.KillSwitchChanged _,
                    Command.Retry _,
                    Command.Proceed _ -> Transition.same();
        };
    }

    private static Fault gone(Command.DeviceFailed failed) {
        return new Fault(
                ErrorCause.TUN_GONE,
                "The TUN device failed: " + Sentence.of(failed.cause()),
                "Nothing needs to be done: the tunnel starts again by itself.",
                failed.cause());
    }

    private Transition networkChanged(Command.NetworkChanged changed, TunnelContext context) {
        NetworkVerdict verdict = NetworkVerdict.of(session, changed.change());
        LOG.info("the network changed: {}, because {}", verdict.action(), verdict.reason());
        return switch (verdict.action()) {
            case STAY, OFFLINE -> described(context);
            case REBIND -> kept(() -> Upkeep.everything(session, context), context);
            case MEND -> lostOrKept(() -> Upkeep.mendDevice(verdict.reason(), session, context), context);
            case RECONNECT ->
                anew(
                        new Fault(
                                ErrorCause.TUN_GONE,
                                "Another program took the tunnel's device: " + verdict.reason() + ".",
                                "Nothing needs to be done: the tunnel starts again by itself.",
                                null),
                        context);
        };
    }

    /** The device is lost, which is no fault of the start: at once, unless the last one has only just begun. */
    private Transition anew(Fault fault, TunnelContext context) {
        if (!context.untilNextAttempt().isZero()) {
            return failed(fault, context);
        }
        context.restored(fault.getMessage() + " It is made anew.");
        return Transition.to(DisconnectingState.again(session, fault.getMessage()), fault.getMessage());
    }

    private Transition profileSaved(TunnelContext context) {
        boolean[] inForce = new boolean[1];
        Transition kept = kept(() -> inForce[0] = Upkeep.profile(session, context), context);
        if (inForce[0] || failedOf(kept)) {
            return kept;
        }
        String reason = "the profile wants another device: it is connected anew";
        return Transition.to(DisconnectingState.again(session, reason), reason);
    }

    private static boolean failedOf(Transition transition) {
        return transition instanceof Transition.To(State next, String _) && next instanceof DisconnectingState;
    }

    /** Work on the host that may fail. */
    @FunctionalInterface
    private interface Work {
        void run() throws Fault;
    }

    /** What is done because somebody changed something: when it fails, the device is perhaps not what was seen any more. */
    private Transition lostOrKept(Work work, TunnelContext context) {
        Fault[] lost = new Fault[1];
        Transition kept = kept(
                () -> {
                    try {
                        work.run();
                    } catch (Fault e) {
                        if (e.code() != ErrorCause.ROUTE_REFUSED && e.code() != ErrorCause.TUN_GONE) {
                            throw e;
                        }
                        lost[0] = new Fault(
                                ErrorCause.TUN_GONE,
                                "What another program changed could not be put back: " + e.getMessage(),
                                "Nothing needs to be done: the tunnel starts again by itself.",
                                e);
                    }
                },
                context);
        return lost[0] == null ? kept : anew(lost[0], context);
    }

    private Transition kept(Work work, TunnelContext context) {
        try {
            work.run();
        } catch (Fault e) {
            return failed(e, context);
        } catch (RuntimeException | LinkageError e) {
            LOG.error("what stands on the host could not be kept", e);
            return failed(
                    new Fault(
                            ErrorCause.INTERNAL,
                            "What stands on the host could not be kept: " + Sentence.of(e),
                            "Look into the log; this is a fault of Sluice or of an extension.",
                            e),
                    context);
        }
        return described(context);
    }

    private Transition failed(Fault fault, TunnelContext context) {
        boolean sound = Duration.between(since, context.now()).compareTo(BackOff.SOUND) >= 0;
        ErrorState error = new ErrorState(Failure.of(fault, context.now()), true, sound ? 1 : attempt + 1);
        return Transition.to(DisconnectingState.towards(session, error), fault.getMessage());
    }

    private Transition described(TunnelContext context) {
        String now = describe(session, context);
        boolean nowOffline = isOffline(context);
        return now.equals(reason) && nowOffline == offline
                ? Transition.same()
                : Transition.to(new ConnectedState(session, since, attempt, nowOffline, now), now);
    }

    private static String describe(Session session, TunnelContext context) {
        Set<Room> absent = context.rooms().absentFor(session.profile());
        String name = session.deviceName().orElse("the device");
        if (!absent.isEmpty()) {
            return name + " is held, waiting for " + TunnelContext.labels(absent) + ": "
                    + absent.stream().map(Room::sentence).collect(Collectors.joining("; "));
        }
        if (isOffline(context)) {
            return "the host has no way out (" + context.network().summary() + "); " + name + " is held until it has";
        }
        return "traffic on " + name + " is taken in"
                + session.notRedirected()
                        .map(why -> "; TCP is not redirected: " + why)
                        .orElse("")
                + (session.resolverLeft() ? "; the host's resolver is left as it is: " + Room.DNS.sentence() : "")
                + (context.killSwitchMissing() ? "; " + Room.KILLSWITCH.sentence() + ", its rules stay" : "")
                + StackChange.pending(session, context).orElse("");
    }
}

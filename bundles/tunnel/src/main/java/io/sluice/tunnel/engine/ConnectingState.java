package io.sluice.tunnel.engine;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.tunnel.TunnelError;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import io.sluice.api.tunnel.TunnelProfile;
import io.sluice.api.tunnel.TunnelState;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps are being taken, one for every {@code Proceed}. A fault, a stop or the loss of a service leads to their undoing.
 *
 * @param next index of the step to take next
 * @param wanted it is to come back by itself if it fails
 * @param attempt how many starts in a row have failed
 */
public record ConnectingState(Session session, int next, boolean wanted, long attempt) implements State {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectingState.class);

    /** The way in: with the saved profile, or to an error if there is none. */
    static Transition begin(TunnelContext context, boolean wanted, long attempt, String reason) {
        Optional<TunnelProfile> profile = context.profile();
        if (profile.isEmpty()) {
            TunnelError error = new TunnelError(
                    ErrorCause.PROFILE_MISSING,
                    "There is no profile to start.",
                    "Write a tun section in the configuration, or save a profile.",
                    context.now());
            return Transition.to(
                    new ErrorState(new Failure(error, Optional.empty()), wanted, attempt + 1), error.message());
        }
        context.attempted();
        return Transition.to(new ConnectingState(context.newSession(profile.get()), 0, wanted, attempt), reason);
    }

    @Override
    public TunnelState kind() {
        return TunnelState.CONNECTING;
    }

    @Override
    public FirewallPolicy policy(TunnelContext context) {
        return new FirewallPolicy.Connecting(context.own(), context.addresses(Optional.of(session)));
    }

    @Override
    public Transition refused(Fault fault, TunnelContext context) {
        return failed(fault, context);
    }

    @Override
    public String reason() {
        return Step.ALL.get(next).title();
    }

    @Override
    public boolean settled() {
        return false;
    }

    @Override
    public Optional<String> device() {
        return session.deviceName();
    }

    @Override
    public Transition handle(Command command, TunnelContext context) {
        return switch (command) {
            case Command.Proceed _ -> takeStep(context);
            case Command.Stop stop ->
                Transition.to(DisconnectingState.towards(session, DisconnectedState.after(stop)), stop.reason());
            case Command.DeviceFailed failed
            when failed.session() == session.number() -> failed(OpenDevice.fault(failed.cause()), context);
            case Command.ServiceGone _, Command.ServiceBack _ -> checkServices(context);
            case Command.SaveProfile _,
                    Command.Start _,
                    Command.AutoStart _,
                    Command.DeviceFailed _,
                    Command.OutboundsChanged _,
                    Command.KillSwitchChanged _,
                    Command.NetworkChanged _,
                    Command.RoutesChanged _,
                    Command.Retry _ -> Transition.same();
        };
    }

    private Transition takeStep(TunnelContext context) {
        Step step = Step.ALL.get(next);
        try {
            step.take(session, context);
        } catch (Fault e) {
            return failed(e, context);
        } catch (RuntimeException | LinkageError e) {
            LOG.error("the step '{}' broke", step.title(), e);
            return failed(internal(step, e), context);
        }
        if (step.undoable()) {
            session.done().push(step);
        }
        LOG.debug("done: {}", step.title());
        if (next + 1 < Step.ALL.size()) {
            return Transition.to(new ConnectingState(session, next + 1, wanted, attempt), "done: " + step.title());
        }
        return connected(step, context);
    }

    /** A profile that was saved since this start began is not to wait for the next one. */
    private Transition connected(Step last, TunnelContext context) {
        try {
            if (!context.profile().equals(Optional.of(session.profile())) && !Upkeep.profile(session, context)) {
                String reason = "a profile that was saved meanwhile wants another device: it is connected anew";
                return Transition.to(DisconnectingState.again(session, reason), reason);
            }
        } catch (Fault e) {
            return failed(e, context);
        } catch (RuntimeException | LinkageError e) {
            LOG.error("the profile that was saved meanwhile broke", e);
            return failed(internal(last, e), context);
        }
        ConnectedState connected = ConnectedState.of(session, attempt, context);
        return Transition.to(connected, connected.reason());
    }

    static Fault internal(Step step, Throwable e) {
        return new Fault(
                ErrorCause.INTERNAL,
                "The step '" + step.title() + "' broke: " + Sentence.of(e),
                "Look into the log; this is a fault of Sluice or of an extension.",
                e);
    }

    /** A service that this start has used, or will need, is not the one that was there when it began. */
    private Transition checkServices(TunnelContext context) {
        Set<Room> lost = EnumSet.noneOf(Room.class);
        lost.addAll(context.absent(session.profile()));
        if (!session.driverLives(context.rooms())) {
            lost.add(Room.TUN);
        }
        if (!session.stackLives(context.rooms())) {
            lost.add(Room.STACK);
        }
        if (!lost.isEmpty()) {
            return failed(CheckRooms.absent(lost), context);
        }
        session.attachment()
                .ifPresent(a -> a.acceptor(context.rooms().acceptor().orElse(null)));
        return Transition.same();
    }

    private Transition failed(Fault fault, TunnelContext context) {
        ErrorState error = new ErrorState(Failure.of(fault, context.now()), wanted, attempt + 1);
        return Transition.to(DisconnectingState.towards(session, error), fault.getMessage());
    }
}

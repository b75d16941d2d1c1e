package io.sluice.tunnel.engine;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.tunnel.TunnelState;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps are being undone, the last first, one for every {@code Proceed}. What cannot be undone is said in the log and passed over, so it
 * always comes to an end.
 *
 * @param end the state after the last undoing
 * @param startAfter an operator wanted a start meanwhile
 */
public record DisconnectingState(Session session, State end, boolean startAfter) implements State {

    private static final Logger LOG = LoggerFactory.getLogger(DisconnectingState.class);

    static DisconnectingState towards(Session session, State end) {
        return new DisconnectingState(session, end, false);
    }

    /** The saved profile needs another device, or the device was taken away: everything is undone and started again, and comes back by itself if that fails. */
    static DisconnectingState again(Session session, String reason) {
        return new DisconnectingState(session, new DisconnectedState(reason, true, false), true);
    }

    @Override
    public FirewallPolicy policy(TunnelContext context) {
        List<IpPrefix> addresses = context.addresses(Optional.of(session));
        return end instanceof ErrorState
                ? new FirewallPolicy.Blocked(end.reason(), context.own(), addresses)
                : new FirewallPolicy.Connecting(context.own(), addresses);
    }

    @Override
    public TunnelState kind() {
        return TunnelState.DISCONNECTING;
    }

    @Override
    public String reason() {
        return end.reason();
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
            case Command.Proceed _ -> undoStep(context);
            case Command.Start _ ->
                startAfter
                        ? Transition.same()
                        : Transition.to(new DisconnectingState(session, end, true), "an operator starts it again");
            case Command.Stop stop -> stop(stop, context);
            case Command.SaveProfile _,
                    Command.AutoStart _,
                    Command.DeviceFailed _,
                    Command.ServiceGone _,
                    Command.ServiceBack _,
                    Command.OutboundsChanged _,
                    Command.KillSwitchChanged _,
                    Command.NetworkChanged _,
                    Command.RoutesChanged _,
                    Command.Retry _ -> Transition.same();
        };
    }

    private Transition undoStep(TunnelContext context) {
        if (session.done().isEmpty()) {
            if (startAfter) {
                boolean wanted = end instanceof DisconnectedState disconnected && disconnected.wanted();
                return ConnectingState.begin(context, wanted, 0, wanted ? end.reason() : "an operator starts it again");
            }
            return Transition.to(end, end.reason());
        }
        Step step = session.done().pop();
        try {
            step.undo(session, context);
            LOG.info("undone: {}", step.title());
        } catch (Fault e) {
            LOG.warn("not undone: {}: {} {}", step.title(), e.getMessage(), e.remedy());
        } catch (RuntimeException | LinkageError e) {
            LOG.error("not undone: {}", step.title(), e);
        }
        return Transition.same();
    }

    /** The error it was on the way to is remembered, but nothing comes back by itself. */
    private Transition stop(Command.Stop stop, TunnelContext context) {
        if (end instanceof DisconnectedState disconnected
                && !startAfter
                && (disconnected.byOperator() || !stop.byOperator())) {
            return Transition.same();
        }
        if (end instanceof ErrorState error) {
            context.rememberOrWarn(context.memory().withError(error.failure().error()));
        }
        return Transition.to(towards(session, DisconnectedState.after(stop)), stop.reason());
    }
}

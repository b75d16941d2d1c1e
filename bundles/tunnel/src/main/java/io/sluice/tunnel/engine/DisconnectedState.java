package io.sluice.tunnel.engine;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.tunnel.TunnelState;
import java.util.Optional;

/**
 * Nothing of ours is on the host.
 *
 * @param wanted it is to start by itself as soon as every room is there
 * @param byOperator an operator stopped it
 */
public record DisconnectedState(String reason, boolean wanted, boolean byOperator) implements State {

    /** The state at the beginning. */
    public static final DisconnectedState INITIAL = new DisconnectedState("not started", false, false);

    static DisconnectedState after(Command.Stop stop) {
        return new DisconnectedState(stop.reason(), false, stop.byOperator());
    }

    @Override
    public TunnelState kind() {
        return TunnelState.DISCONNECTED;
    }

    /** A tunnel that is wanted and waits is as good as one that cannot be: nothing passes. */
    @Override
    public FirewallPolicy policy(TunnelContext context) {
        return wanted
                ? new FirewallPolicy.Blocked(reason, context.own(), context.addresses(Optional.empty()))
                : new FirewallPolicy.Disconnected(byOperator, context.own(), context.addresses(Optional.empty()));
    }

    @Override
    public void enter(TunnelContext context) {
        if (byOperator && context.memory().resume()) {
            context.rememberOrWarn(context.memory().withResume(false));
        }
    }

    @Override
    public Transition handle(Command command, TunnelContext context) {
        return switch (command) {
            case Command.Start _ -> ConnectingState.begin(context, false, 0, "an operator starts it");
            case Command.AutoStart _ -> autoStart(context);
            case Command.Stop stop ->
                wanted || (stop.byOperator() && !byOperator)
                        ? Transition.to(after(stop), stop.reason())
                        : Transition.same();
            case Command.ServiceBack back -> serviceBack(back, context);
            case Command.ServiceGone _ -> wanted ? waiting(context) : Transition.same();
            case Command.SaveProfile _,
                    Command.DeviceFailed _,
                    Command.OutboundsChanged _,
                    Command.KillSwitchChanged _,
                    Command.NetworkChanged _,
                    Command.RoutesChanged _,
                    Command.Retry _,
                    Command.Proceed _ -> Transition.same();
        };
    }

    private static Transition autoStart(TunnelContext context) {
        return context.ready()
                ? ConnectingState.begin(context, true, 0, "the profile starts it with the appliance")
                : waiting(context);
    }

    private static Transition waiting(TunnelContext context) {
        String reason = context.waitingFor();
        return Transition.to(new DisconnectedState(reason, true, false), reason);
    }

    private Transition serviceBack(Command.ServiceBack back, TunnelContext context) {
        if (wanted && context.ready()) {
            return ConnectingState.begin(context, true, 0, "every room it waited for is there");
        }
        if (wanted) {
            // Routes of an earlier run lead nowhere while it waits; the interface is left to be adopted.
            if (back.room() == Room.ROUTE || back.room() == Room.DNS) {
                CleanUpLeftovers.whatIsPossible(back.room(), context);
            }
            return waiting(context);
        }
        CleanUpLeftovers.whatIsPossible(back.room(), context);
        return Transition.same();
    }
}

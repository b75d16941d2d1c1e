package io.sluice.tunnel.engine;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.tunnel.TunnelState;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * It failed, and everything was undone. With a kill switch in force nothing passes, until an operator stops the tunnel or it is connected again.
 *
 * @param wanted it comes back by itself: when a service comes back, or, where time may cure it, after a back-off
 * @param attempt how many starts in a row have failed, from 1
 */
public record ErrorState(Failure failure, boolean wanted, long attempt) implements State {

    private static final Logger LOG = LoggerFactory.getLogger(ErrorState.class);

    @Override
    public TunnelState kind() {
        return TunnelState.ERROR;
    }

    @Override
    public String reason() {
        return failure.error().message();
    }

    @Override
    public FirewallPolicy policy(TunnelContext context) {
        return new FirewallPolicy.Blocked(
                failure.error().message(), context.own(), context.addresses(Optional.empty()));
    }

    @Override
    public void enter(TunnelContext context) {
        context.rememberOrWarn(context.memory().withError(failure.error()));
        if (wanted && BackOff.cures(failure.error().cause())) {
            Duration delay = BackOff.longer(
                    BackOff.delay(failure.error().cause(), attempt, context.jitter()), context.untilNextAttempt());
            LOG.info("the tunnel is started again in {} ms (attempt {})", delay.toMillis(), attempt);
            context.later(delay, new Command.Retry(attempt));
        }
    }

    @Override
    public Transition handle(Command command, TunnelContext context) {
        return switch (command) {
            case Command.Start _ -> ConnectingState.begin(context, wanted, 0, "an operator starts it");
            case Command.AutoStart _ -> ready(context, "the profile starts it with the appliance");
            case Command.Stop stop -> Transition.to(DisconnectedState.after(stop), stop.reason());
            case Command.ServiceBack back -> serviceBack(back, context);
            case Command.Retry retry
            when wanted && retry.attempt() == attempt -> ready(context, "the back-off is over");
            case Command.NetworkChanged changed
            when wanted
                    && changed.change().cameOnline()
                    && BackOff.cures(failure.error().cause()) -> again(context, "the host has a way out again");
            case Command.SaveProfile _,
                    Command.DeviceFailed _,
                    Command.OutboundsChanged _,
                    Command.KillSwitchChanged _,
                    Command.NetworkChanged _,
                    Command.RoutesChanged _,
                    Command.ServiceGone _,
                    Command.Retry _,
                    Command.Proceed _ -> Transition.same();
        };
    }

    private Transition serviceBack(Command.ServiceBack back, TunnelContext context) {
        if (wanted) {
            return again(context, back.room().label() + " is back");
        }
        CleanUpLeftovers.whatIsPossible(back.room(), context);
        return Transition.same();
    }

    /** Now, or, so that a room or a network that comes and goes does not make us busy, in a while. */
    private Transition again(TunnelContext context, String reason) {
        Duration wait = context.untilNextAttempt();
        if (!wait.isZero()) {
            context.later(wait, new Command.Retry(attempt));
            return Transition.same();
        }
        return ready(context, reason);
    }

    private Transition ready(TunnelContext context, String reason) {
        return context.ready() ? ConnectingState.begin(context, true, attempt, reason) : Transition.same();
    }
}

package io.sluice.tunnel.engine;

import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.tunnel.TunnelError;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import io.sluice.api.tunnel.TunnelListener;
import io.sluice.api.tunnel.TunnelProfile;
import io.sluice.api.tunnel.TunnelState;
import io.sluice.api.tunnel.TunnelStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the state and gives it commands; tells one outlet of every change, in order. Coordinator's thread only.
 *
 * <p>The kill switch is told the policy of a state before anything else of that state is done, and again whenever what the policy is made of (outbounds,
 * mark, the kill switch itself) is another. What it cannot make true leads towards what is closed, never towards what is open.
 */
public final class TunnelMachine {

    private static final Logger LOG = LoggerFactory.getLogger(TunnelMachine.class);

    private final TunnelContext context;
    private final TunnelListener outlet;
    private State state = DisconnectedState.INITIAL;
    private Instant since;

    public TunnelMachine(TunnelContext context, TunnelListener outlet) {
        this.context = Objects.requireNonNull(context, "context");
        this.outlet = Objects.requireNonNull(outlet, "outlet");
        this.since = context.now();
    }

    public State state() {
        return state;
    }

    /** Whether it waits for a command; otherwise it wants {@link Command.Proceed}. */
    public boolean settled() {
        return state.settled();
    }

    public TunnelStatus status() {
        return new TunnelStatus(
                state.kind(),
                state.reason(),
                since,
                context.firewall().blocked(),
                state.device(),
                state.startedAt(),
                context.memory().lastError());
    }

    /** Answers a command; returns why it was refused, if it was. */
    public Optional<Failure> handle(Command command) {
        boolean blocked = context.firewall().blocked();
        State before = state;
        Command known = command;
        switch (command) {
            case Command.SaveProfile(TunnelProfile profile, boolean configured)
            when configured && context.memory().configured().equals(Optional.of(profile)) -> {
                // Nothing new; an operator may have saved another one meanwhile, which stays.
                return Optional.empty();
            }
            case Command.SaveProfile save -> {
                Optional<Failure> refused = save(save);
                if (refused.isPresent()) {
                    return refused;
                }
            }
            case Command.ServiceGone gone -> context.rooms(gone.now());
            case Command.ServiceBack back -> context.rooms(back.now());
            case Command.OutboundsChanged changed -> context.rooms(changed.now());
            case Command.KillSwitchChanged(KillSwitchMode mode, KillSwitchStatus.State stands) -> {
                context.firewall().heard(mode, stands);
                Firewall.remember(mode, context);
            }
            case Command.NetworkChanged changed -> known = compared(changed.change());
            default -> {
                // nothing beside the state itself
            }
        }
        // What a state's policy is made of may be another: first the kill switch, then everything else.
        if (!reinforced()) {
            return Optional.empty();
        }
        if (state.handle(known, context) instanceof Transition.To(State next, String reason)) {
            enter(next, reason);
        } else {
            reinforced();
        }
        context.takeRestored().forEach(this::restored);
        if (state == before && blocked != context.firewall().blocked()) {
            outlet.stateChanged(status());
        }
        return Optional.empty();
    }

    /** The change since what we last heard: the monitor may have been exchanged meanwhile. */
    private Command compared(NetworkChange heard) {
        NetworkChange change = new NetworkChange(context.network(), heard.after(), heard.jump());
        context.network(heard.after());
        OpenDevice.seen(heard.after(), context);
        return new Command.NetworkChanged(change);
    }

    /** Tells the kill switch the state's policy if it is another than it was; false if that led to another state. */
    private boolean reinforced() {
        Optional<Fault> fault = context.firewall().apply(state.policy(context), context);
        return fault.isEmpty() || !leftFor(fault.get());
    }

    /** Whether the state is left because the kill switch cannot make its policy true. */
    private boolean leftFor(Fault fault) {
        if (state.refused(fault, context) instanceof Transition.To(State next, String reason)) {
            enter(next, reason);
            return true;
        }
        return false;
    }

    private void restored(String what) {
        LOG.warn("{}", what);
        outlet.restored(what);
    }

    /** What an operator saves is kept or refused. What the configuration says is in force though it cannot be kept: it comes again with every start. */
    private Optional<Failure> save(Command.SaveProfile save) {
        Memory changed = context.memory().withProfile(save.profile(), save.configured());
        try {
            if (save.configured()) {
                context.rememberOrWarn(changed);
            } else {
                context.remember(changed);
            }
            LOG.info("profile saved: {}", save.profile());
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(Failure.of(RememberStart.fault(e), context.now()));
        }
    }

    private void enter(State next, String reason) {
        TunnelState before = state.kind();
        state = next;
        if (before != next.kind()) {
            since = context.now();
        }
        Optional<Fault> fault = context.firewall().apply(next.policy(context), context);
        if (fault.isPresent() && leftFor(fault.get())) {
            return;
        }
        next.enter(context);
        if (before == next.kind()) {
            LOG.debug("{}: {}", before, reason);
        } else {
            LOG.info("{} -> {}: {}", before, next.kind(), reason);
        }
        if (next instanceof ErrorState error) {
            TunnelError told = error.failure().error();
            LOG.warn("{} {} {}", told.cause(), told.message(), told.remedy());
            outlet.error(told);
        }
        outlet.stateChanged(status());
    }

    /** The error of a configuration that cannot be a profile; kept as the last error, the state stays. */
    public void configurationRefused(String why) {
        TunnelError error = new TunnelError(
                ErrorCause.PROFILE_INVALID,
                "The configured profile cannot be right: " + why,
                "Correct the tun section of the configuration; the profile before it stays in force.",
                context.now());
        context.rememberOrWarn(context.memory().withLastError(error));
        LOG.warn("{} {}", error.message(), error.remedy());
        outlet.error(error);
    }
}

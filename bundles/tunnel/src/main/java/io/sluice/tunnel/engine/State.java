package io.sluice.tunnel.engine;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.tunnel.TunnelState;
import java.time.Instant;
import java.util.Optional;

/** A state of the tunnel: an immutable value that answers commands. What it holds on the host is in its {@link Session}. */
public sealed interface State
        permits DisconnectedState, ConnectingState, ConnectedState, DisconnectingState, ErrorState {

    TunnelState kind();

    /** Why it is in this state, in one sentence. */
    String reason();

    /** Answers a command. The profile and the rooms in the context are those after it. */
    Transition handle(Command command, TunnelContext context);

    /** What the host's filter shall let pass in this state; the kill switch is told before anything else is done. */
    FirewallPolicy policy(TunnelContext context);

    /** The kill switch could not make its policy true. Where that matters: towards what is closed. */
    default Transition refused(Fault fault, TunnelContext context) {
        return Transition.same();
    }

    /** What is to be done on entering it. */
    default void enter(TunnelContext context) {}

    /** Whether it waits for something to happen, as opposed to having steps to take. */
    default boolean settled() {
        return true;
    }

    /** Name of the interface while there is one. */
    default Optional<String> device() {
        return Optional.empty();
    }

    /** When it became connected. */
    default Optional<Instant> startedAt() {
        return Optional.empty();
    }
}

package io.sluice.api.netmon;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Told of changes of the host's network. Register as a service. A new listener is first told of a change from
 * {@link NetworkState#UNKNOWN} to the present state.
 *
 * <p>For one change the methods are called in the order in which they stand here.
 */
@ConsumerType
public interface NetworkListener {

    /** The network is another one than before; the facts and their reasons are in the change. */
    default void networkChanged(NetworkChange change) {}

    /** The default interface of a family is another one, or has gone, or come. */
    default void defaultInterfaceChanged(NetworkChange change) {}

    /**
     * The network cannot be used from now on: there is no default interface, or the machine goes to sleep.
     *
     * @param reason one sentence, without its full stop
     */
    default void paused(String reason) {}

    /** The network can be used again. */
    default void resumed(NetworkState state) {}

    /**
     * Routes or rules were changed: the host's own, ours, or another program's, and also those that are no part of {@link NetworkState}. A
     * hint to compare what should be with what is; bursts are drawn together.
     */
    default void routesChanged() {}
}

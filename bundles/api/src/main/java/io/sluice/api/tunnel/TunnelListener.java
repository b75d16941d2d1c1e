package io.sluice.api.tunnel;

import org.osgi.annotation.versioning.ConsumerType;

/** Told of the tunnel in the order of events. Register as a service; a new listener is first told the present state. */
@ConsumerType
public interface TunnelListener {

    void stateChanged(TunnelStatus status);

    default void error(TunnelError error) {}

    /**
     * Another program had changed what the tunnel set on the host, and it was put back.
     *
     * @param what one sentence
     */
    default void restored(String what) {}
}

package io.sluice.systemstack.engine;

import io.sluice.api.flow.CloseReason;

/** The kernel's end of a session: a connection that its listener accepted. Loop thread only. */
public interface KernelConnection {

    /** Aborts it. Nobody else needs to be told: it belongs to no flow yet, or the flow sees it itself. */
    void reset();

    /** Aborts it, and tells the flow that uses it why. */
    void ended(CloseReason reason);
}

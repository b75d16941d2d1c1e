package io.sluice.api.outbound;

import io.sluice.api.flow.FlowAcceptor;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An outbound that hands flows back to be decided anew. It does not look for the flow room, which would be a circle of references: the room
 * introduces itself. What it hands back carries one turn more than it got; with {@link io.sluice.api.flow.FlowSource#MAX_TURNS} it refuses.
 */
@ConsumerType
public interface ReturningOutbound extends Outbound {

    /** The room has taken this outbound up. Any thread. */
    void joined(FlowAcceptor room);

    /** The room lets go of it; nothing may be handed back to that room any more. Any thread. */
    void left(FlowAcceptor room);
}

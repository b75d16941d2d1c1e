package io.sluice.api.flow;

import org.osgi.annotation.versioning.ConsumerType;

/** Told of flows as they begin and end; called on event loops, must only count or hand over. Register as a service. */
@ConsumerType
public interface FlowObserver {

    void opened(FlowSnapshot flow);

    void closed(FlowSnapshot flow);
}

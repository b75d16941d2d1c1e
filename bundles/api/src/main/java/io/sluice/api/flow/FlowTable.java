package io.sluice.api.flow;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.osgi.annotation.versioning.ProviderType;

/** The flows that live now, and the last that ended. Safe from any thread; snapshots only. */
@ProviderType
public interface FlowTable {

    /** Live flows, oldest first. */
    List<FlowSnapshot> live();

    /** The last flows that ended, newest first; bounded by the provider. */
    List<FlowSnapshot> recent();

    Optional<FlowSnapshot> find(long id);

    /** Closes the live flows that match, with {@link CloseReason#OPERATOR}; returns how many were told to. */
    int close(Predicate<FlowSnapshot> which);

    FlowTotals totals();

    /** The active outbounds that open no flows, by tag. */
    Map<String, OutboundTrouble> troubles();
}

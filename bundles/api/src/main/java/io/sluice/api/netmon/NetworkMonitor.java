package io.sluice.api.netmon;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** Watches the host's network. Any thread; never waits. */
@ProviderType
public interface NetworkMonitor {

    /** In {@link #counters()}: how often the network was another one than before. */
    String NETWORK_CHANGES = "networkChanges";

    /** In {@link #counters()}: how often routes or rules of the host were changed, by whomever; a burst counts once. */
    String ROUTE_UPDATES = "routeUpdates";

    /** The newest state. */
    NetworkState state();

    /** The last changes, oldest first; a bounded number of them. */
    List<NetworkChange> recent();

    /** Totals since it is active, by camelCase name; the two above and what else there is to count. */
    Map<String, Long> counters();
}

package io.sluice.view;

import io.sluice.api.config.ConfigStore;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.FlowTable;
import io.sluice.api.inbound.Inbound;
import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.netmon.NetworkMonitor;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.policy.OutboundSelector;
import io.sluice.api.route.RouteManager;
import io.sluice.api.tunnel.TunnelController;
import java.util.List;
import java.util.Optional;

/** The rooms that can be shown, as far as they are active now. Each call looks again. */
public interface Rooms {

    /** Framework property: the launcher is in rescue mode, and why. */
    String RESCUE = "sluice.rescue";

    /** Why only the consoles and the kill switch were started; empty where everything was. */
    Optional<String> rescue();

    Optional<TunnelController> tunnel();

    Optional<FlowTable> flows();

    Optional<OutboundSelector> policy();

    Optional<RouteManager> routes();

    Optional<EgressBinder> egress();

    Optional<NetworkMonitor> network();

    Optional<ConfigStore> config();

    Optional<KillSwitch> killSwitch();

    /** By tag. */
    List<Outbound> outbounds();

    /** By tag. */
    List<Inbound> inbounds();
}

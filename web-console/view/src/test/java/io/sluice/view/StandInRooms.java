package io.sluice.view;

import io.sluice.api.config.ConfigStore;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.FlowTable;
import io.sluice.api.flow.FlowTotals;
import io.sluice.api.flow.OutboundTrouble;
import io.sluice.api.inbound.Inbound;
import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.netmon.NetworkMonitor;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.policy.OutboundSelector;
import io.sluice.api.policy.RuleSnapshot;
import io.sluice.api.route.RouteManager;
import io.sluice.api.tunnel.TunnelController;
import io.sluice.api.tunnel.TunnelState;
import io.sluice.api.tunnel.TunnelStatus;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rooms of a connected appliance, each with no more than what the status asks it. */
final class StandInRooms implements Rooms {

    final Map<String, OutboundTrouble> troubles = new HashMap<>();
    /** Null: there is no kill switch. */
    KillSwitchStatus.State killSwitch;

    boolean egress = true;
    boolean tunnel = true;
    Optional<String> rescue = Optional.empty();

    private final List<Outbound> outbounds = new ArrayList<>();
    private final List<RuleSnapshot> rules = new ArrayList<>();

    StandInRooms outbound(String tag, String type) {
        outbounds.add(answering(Outbound.class, Map.of("tag", tag, "type", type)));
        return this;
    }

    StandInRooms rule(String target, long hits) {
        rules.add(new RuleSnapshot(rules.size(), "", "x -> " + target, target, hits));
        return this;
    }

    /** One that answers some questions, by their names, and no others. */
    private static <T> T answering(Class<T> contract, Map<String, Object> answers) {
        return contract.cast(Proxy.newProxyInstance(
                contract.getClassLoader(), new Class<?>[] {contract}, (proxy, method, arguments) -> {
                    Object answer = answers.get(method.getName());
                    if (answer == null) {
                        throw new UnsupportedOperationException(method.toString());
                    }
                    return answer;
                }));
    }

    @Override
    public Optional<String> rescue() {
        return rescue;
    }

    @Override
    public Optional<TunnelController> tunnel() {
        if (!tunnel) {
            return Optional.empty();
        }
        return Optional.of(answering(
                TunnelController.class,
                Map.of(
                        "status",
                        new TunnelStatus(
                                TunnelState.CONNECTED,
                                "for the test",
                                Instant.EPOCH,
                                false,
                                Optional.of("sluice0"),
                                Optional.of(Instant.EPOCH),
                                Optional.empty()))));
    }

    @Override
    public Optional<FlowTable> flows() {
        return Optional.of(answering(
                FlowTable.class,
                Map.of("totals", new FlowTotals(0, 0, 0, 0, Map.of(), Map.of()), "troubles", Map.copyOf(troubles))));
    }

    @Override
    public Optional<OutboundSelector> policy() {
        return Optional.of(answering(OutboundSelector.class, Map.of("rules", List.copyOf(rules))));
    }

    @Override
    public Optional<RouteManager> routes() {
        return Optional.empty();
    }

    @Override
    public Optional<EgressBinder> egress() {
        return egress
                ? Optional.of(answering(
                        EgressBinder.class,
                        Map.of(
                                "status",
                                new EgressBinder.EgressStatus(
                                        1, Optional.of("eth0"), Optional.empty(), Optional.empty()))))
                : Optional.empty();
    }

    @Override
    public Optional<NetworkMonitor> network() {
        return Optional.empty();
    }

    @Override
    public Optional<ConfigStore> config() {
        return Optional.empty();
    }

    @Override
    public Optional<KillSwitch> killSwitch() {
        return Optional.ofNullable(killSwitch)
                .map(state -> answering(
                        KillSwitch.class,
                        Map.of(
                                "status",
                                new KillSwitchStatus(
                                        KillSwitchMode.AUTO,
                                        KillSwitchMode.AUTO,
                                        state,
                                        Instant.EPOCH,
                                        "for the test",
                                        Optional.empty(),
                                        List.of(),
                                        0,
                                        Optional.empty(),
                                        List.of()))));
    }

    @Override
    public List<Outbound> outbounds() {
        return List.copyOf(outbounds);
    }

    @Override
    public List<Inbound> inbounds() {
        return List.of();
    }
}

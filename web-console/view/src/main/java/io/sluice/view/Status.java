package io.sluice.view;

import io.sluice.api.config.Generation;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.FlowTable;
import io.sluice.api.flow.FlowTotals;
import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.tunnel.TunnelController;
import io.sluice.api.tunnel.TunnelState;
import io.sluice.api.tunnel.TunnelStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the appliance stands as a whole, read back from the rooms at one moment.
 *
 * @param state one word
 * @param headline one sentence
 * @param tunnel the coordinator's words, if it is active
 * @param totals the flow table's sums, if it is active
 * @param failing the outbounds that open nothing
 * @param rescue why only the consoles and the kill switch were started, if so
 * @param warnings sentences on what limits or endangers the present state
 */
public record Status(
        Word state,
        String headline,
        Optional<TunnelStatus> tunnel,
        Optional<FlowTotals> totals,
        Optional<Generation> generation,
        Optional<EgressBinder.EgressStatus> egress,
        int inbounds,
        int outbounds,
        int rules,
        FailingOutbounds failing,
        Optional<String> rescue,
        List<String> warnings) {

    /** The state in one word: the same in shell, REST and page. */
    public enum Word {
        /** No tunnel is up; inbounds may still listen. */
        OFF,
        /** Steps are being taken. */
        STARTING,
        /** The tunnel takes traffic in. */
        CONNECTED,
        /** The tunnel is up, but a room that new flows need is not active, or no outbound gets through to its server. */
        DEGRADED,
        /** The tunnel is up, but the machine has no way out. */
        OFFLINE,
        /** Steps are being undone. */
        STOPPING,
        /** The last start of the tunnel failed and was undone, or starts of the appliance have failed and it is in rescue mode. */
        ERROR;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static Status of(Rooms rooms) {
        Optional<TunnelStatus> tunnel = rooms.tunnel().map(TunnelController::status);
        Optional<FlowTotals> totals = rooms.flows().map(FlowTable::totals);
        Optional<EgressBinder.EgressStatus> egress = rooms.egress().map(EgressBinder::status);
        int inbounds = rooms.inbounds().size();
        int outbounds = rooms.outbounds().size();
        Optional<String> rescue = rooms.rescue();
        List<String> warnings = rescue.isPresent()
                ? List.of(rescue.get() + ". Put right what the log tells of, then: sluice restart")
                : absences(rooms, totals, outbounds, egress);
        FailingOutbounds failing = FailingOutbounds.of(rooms);
        boolean flowing = totals.isPresent() && rooms.policy().isPresent() && outbounds > 0 && egress.isPresent();
        Word state = rescue.isPresent() ? Word.ERROR : word(tunnel, flowing && !failing.none());
        return new Status(
                state,
                rescue.isPresent()
                        ? rescued(rooms.killSwitch())
                        : state == Word.DEGRADED && flowing
                                ? unanswered(tunnel, rooms.killSwitch())
                                : headline(state, tunnel, inbounds, flowing),
                tunnel,
                totals,
                rooms.config().flatMap(store -> store.current()),
                egress,
                inbounds,
                outbounds,
                rooms.policy().map(policy -> policy.rules().size()).orElse(0),
                failing,
                rescue,
                Stream.concat(warnings.stream(), failing.warnings().stream()).toList());
    }

    private static List<String> absences(
            Rooms rooms, Optional<FlowTotals> totals, int outbounds, Optional<EgressBinder.EgressStatus> egress) {
        List<String> warnings = new ArrayList<>();
        if (rooms.tunnel().isEmpty()) {
            warnings.add("the tunnel coordinator is not active");
        }
        if (totals.isEmpty()) {
            warnings.add("the flow room is not active: no new flow is accepted");
        }
        if (rooms.policy().isEmpty()) {
            warnings.add("no policy is active: nothing may leave");
        }
        if (outbounds == 0) {
            warnings.add("no outbound is active: nothing can leave");
        }
        if (egress.isEmpty()) {
            warnings.add("no egress binder is active: outbounds refuse to dial");
        }
        egress.flatMap(EgressBinder.EgressStatus::limitation).ifPresent(warnings::add);
        return warnings;
    }

    /** @param carrying whether a new flow may be opened, as far as is known */
    private static Word word(Optional<TunnelStatus> tunnel, boolean carrying) {
        TunnelState state = tunnel.map(TunnelStatus::state).orElse(TunnelState.DISCONNECTED);
        return switch (state) {
            case DISCONNECTED -> Word.OFF;
            case CONNECTING -> Word.STARTING;
            case CONNECTED -> carrying ? Word.CONNECTED : Word.DEGRADED;
            case OFFLINE -> Word.OFFLINE;
            case DISCONNECTING -> Word.STOPPING;
            case ERROR -> Word.ERROR;
        };
    }

    private static String headline(Word state, Optional<TunnelStatus> tunnel, int inbounds, boolean flowing) {
        String device = device(tunnel);
        return switch (state) {
            case OFF -> off(tunnel.filter(TunnelStatus::blocked).isPresent(), flowing ? inbounds : 0);
            case STARTING -> "The tunnel is being set up.";
            case CONNECTED -> "Traffic for the included prefixes goes through " + device + ".";
            case DEGRADED -> device + " takes traffic in, but new flows are refused.";
            case OFFLINE -> "The machine has no way out; " + device + " is held until it has.";
            case STOPPING -> "The tunnel is being taken down.";
            case ERROR ->
                tunnel.flatMap(TunnelStatus::error)
                        .map(error -> error.message())
                        .orElse("The last start failed; everything was undone.");
        };
    }

    private static String device(Optional<TunnelStatus> tunnel) {
        return tunnel.flatMap(TunnelStatus::device).orElse("the TUN device");
    }

    /** Every room is there, and no server answers. */
    private static String unanswered(Optional<TunnelStatus> tunnel, Optional<KillSwitch> killSwitch) {
        return device(tunnel) + " takes traffic in, but no outbound gets through to its server"
                + (closed(killSwitch) ? "; nothing passes beside it but what the kill switch allows." : ".");
    }

    private static String rescued(Optional<KillSwitch> killSwitch) {
        return "Rescue mode: only the consoles and the kill switch are at work; "
                + (closed(killSwitch)
                        ? "nothing passes but what the kill switch allows."
                        : "traffic of this machine is not touched.");
    }

    private static boolean closed(Optional<KillSwitch> killSwitch) {
        return killSwitch
                .filter(rules -> rules.status().state() != KillSwitchStatus.State.DISARMED)
                .isPresent();
    }

    private static String off(boolean blocked, int inbounds) {
        if (blocked) {
            return "The tunnel is off, and the kill switch lets nothing pass but what it allows.";
        }
        return inbounds > 0
                ? "The tunnel is off; " + inbounds + (inbounds == 1 ? " inbound serves" : " inbounds serve")
                        + " as a proxy."
                : "The tunnel is off; traffic of this machine is not touched.";
    }

    /** Time the tunnel has been connected. */
    public Optional<Duration> connectedFor(Instant now) {
        return tunnel.filter(t -> t.state() == TunnelState.CONNECTED || t.state() == TunnelState.OFFLINE)
                .flatMap(TunnelStatus::startedAt)
                .map(start -> Duration.between(start, now));
    }

    public Map<String, Object> view() {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("schema", "sluice.status/1");
        view.put("state", state.text());
        view.put("headline", headline);
        view.put("rescue", rescue.orElse(null));
        view.put("tunnel", tunnel.map(Views::tunnel).orElse(null));
        view.put("flows", totals.map(Views::totals).orElse(null));
        view.put("config", generation.map(Views::generation).orElse(null));
        view.put("egress", egress.map(Views::egress).orElse(null));
        view.put("inbounds", inbounds);
        view.put("outbounds", outbounds);
        view.put("rules", rules);
        view.put("troubles", failing.views());
        view.put("warnings", warnings);
        return view;
    }
}

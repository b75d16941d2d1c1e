package io.sluice.view;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.killswitch.LeakProof;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The kill switch as JSON values, in the manner of {@link Views}. */
public final class KillSwitchViews {

    private KillSwitchViews() {}

    public static Map<String, Object> status(KillSwitchStatus status) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("mode", lower(status.mode()));
        view.put("configuredMode", lower(status.configuredMode()));
        view.put("state", lower(status.state()));
        view.put("reason", status.reason());
        view.put("since", status.since().toString());
        status.policy().ifPresent(policy -> view.put("policy", policy(policy)));
        Map<String, Object> drops = new LinkedHashMap<>();
        for (KillSwitchStatus.Drops kind : status.drops()) {
            drops.put(kind.kind(), Map.of("packets", kind.packets(), "octets", kind.octets()));
        }
        view.put("heldBack", drops);
        view.put("heals", status.heals());
        status.lastHeal()
                .ifPresent(heal -> view.put(
                        "lastHeal",
                        Map.of(
                                "at",
                                heal.at().toString(),
                                "tookMicros",
                                heal.took().toNanos() / 1000)));
        view.put("limitations", status.limitations());
        return view;
    }

    private static String policy(FirewallPolicy policy) {
        return switch (policy) {
            case FirewallPolicy.Disconnected down ->
                down.byOperator() ? "disconnected by the operator" : "disconnected";
            case FirewallPolicy.Connecting _ -> "connecting";
            case FirewallPolicy.Connected _ -> "connected";
            case FirewallPolicy.Blocked _ -> "blocked";
        };
    }

    public static Map<String, Object> proof(LeakProof proof) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("at", proof.at().toString());
        view.put("holds", proof.holds());
        view.put("sentence", proof.sentence());
        view.put("heldBackPackets", proof.heldBack());
        view.put("escapedPackets", proof.escaped());
        view.put(
                "canaries",
                proof.canaries().stream().map(KillSwitchViews::canary).toList());
        return view;
    }

    private static Map<String, Object> canary(LeakProof.Canary canary) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("kind", canary.kind());
        view.put("destination", canary.destination());
        view.put("interface", canary.way());
        view.put("outcome", lower(canary.outcome()));
        view.put("detail", canary.detail());
        return view;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}

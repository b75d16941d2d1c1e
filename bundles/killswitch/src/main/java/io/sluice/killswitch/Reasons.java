package io.sluice.killswitch;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchMode;

/** Why the kill switch stands as it does, in one sentence for people. */
final class Reasons {

    private Reasons() {}

    static String closed(FirewallPolicy policy) {
        return switch (policy) {
            case FirewallPolicy.Connected up ->
                "The tunnel carries traffic by " + up.device() + "; nothing passes beside it.";
            case FirewallPolicy.Connecting _ -> "The tunnel is being built; nothing else passes meanwhile.";
            case FirewallPolicy.Blocked blocked -> blocked.reason();
            case FirewallPolicy.Disconnected _ ->
                "There is no tunnel: nothing leaves this machine but what is allowed.";
        };
    }

    static String lost(KillSwitchException refusal) {
        return "Another program took the rules away, and they cannot be put back: " + refusal.getMessage();
    }

    static String open(KillSwitchMode mode) {
        return mode == KillSwitchMode.OFF
                ? "The kill switch is off: everything passes, also without the tunnel."
                : "The kill switch closes with the next start of the tunnel.";
    }
}

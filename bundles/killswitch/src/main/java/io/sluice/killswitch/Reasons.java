package io.sluice.killswitch;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.killswitch.engine.Memory;

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

    static String refused(KillSwitchException refusal) {
        return "The kill switch has to be closed and its rules could not be set, so everything passes: "
                + refusal.getMessage() + " It is tried again by itself; mend that.";
    }

    static String kept(KillSwitchException refusal) {
        return "New rules of the kill switch could not be set; those of before stay in force: " + refusal.getMessage();
    }

    static String unnoticed() {
        return "They are not in the kernel any more, and nobody has told of it yet.";
    }

    /** Refuses every command to one that was stopped. */
    static void refuse(boolean stopped) throws KillSwitchException {
        if (stopped) {
            throw new KillSwitchException(
                    KillSwitchException.Code.FILTER_DENIED,
                    "This kill switch was stopped: its rules stay as they are and are its successor's. Ask that one again.",
                    null);
        }
    }

    /** Of one that is closed until there is a configuration. */
    static String want(Settings settings) {
        return settings.reason()
                .orElse(
                        "Nothing passes, for there was no valid configuration at the last start; with the first one it is as"
                                + " that says. One that says nothing of the kill switch may not be heard: sluice killswitch disarm");
    }

    static String found() {
        return "Rules that were set before this start stand until the tunnel's coordinator says more.";
    }

    static String settled() {
        return "There is a valid configuration now; what was closed for want of one is open.";
    }

    static String configured(Memory before, Memory now) {
        return now.mode() == before.mode()
                ? "The configuration changed what the kill switch allows."
                : "The configuration set the mode " + Limitations.word(now.mode()) + ".";
    }

    static String open(KillSwitchMode mode) {
        return mode == KillSwitchMode.OFF
                ? "The kill switch is off: everything passes, also without the tunnel."
                : "The kill switch closes with the next start of the tunnel.";
    }
}

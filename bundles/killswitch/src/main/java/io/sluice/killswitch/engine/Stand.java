package io.sluice.killswitch.engine;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchMode;

/** What mode and policy ask of the host's filter. */
public enum Stand {
    /** Closed, with the policy's rules. */
    CLOSED,
    /** Open: the rules are removed. */
    OPEN,
    /** As it is: nothing is touched. */
    AS_IT_IS;

    /**
     * The table of {@code KillSwitch.apply}.
     *
     * @param closed whether rules of ours are in force
     */
    public static Stand of(KillSwitchMode mode, FirewallPolicy policy, boolean closed) {
        return switch (mode) {
            case OFF -> AS_IT_IS;
            case LOCKDOWN -> CLOSED;
            case AUTO ->
                switch (policy) {
                    case FirewallPolicy.Disconnected down when down.byOperator() -> OPEN;
                    case FirewallPolicy.Disconnected _ -> closed ? CLOSED : AS_IT_IS;
                    case FirewallPolicy.Connecting _, FirewallPolicy.Connected _, FirewallPolicy.Blocked _ -> CLOSED;
                };
        };
    }
}

package io.sluice.killswitch;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.killswitch.engine.Allowance;
import io.sluice.killswitch.engine.Memory;
import io.sluice.killswitch.engine.Stand;
import java.util.Optional;

/**
 * What the configuration says.
 *
 * @param source where this is from
 * @param mode empty if the configuration, or nobody, says one
 * @param startsWithAppliance the tunnel does: in mode auto the machine is then closed from the boot on
 * @param reason why there is no valid configuration, in one sentence
 */
public record Settings(
        Source source,
        Optional<KillSwitchMode> mode,
        Allowance allowance,
        boolean startsWithAppliance,
        Optional<String> reason) {

    /** Where settings are from. */
    public enum Source {
        /** No configuration has come yet, or it says nothing of the kill switch. */
        NOBODY,
        /** There is no valid one: everything is to be closed until there is. */
        WANT,
        CONFIGURATION
    }

    /** Without a configuration. */
    public static final Settings NONE = new Settings(Optional.empty(), Allowance.NONE, false);

    /** What a configuration says, or nobody. */
    public Settings(Optional<KillSwitchMode> mode, Allowance allowance, boolean startsWithAppliance) {
        this(
                mode.isPresent() ? Source.CONFIGURATION : Source.NOBODY,
                mode,
                allowance,
                startsWithAppliance,
                Optional.empty());
    }

    /** There is a valid configuration, and it says nothing of the kill switch. */
    static Settings silent() {
        return new Settings(Source.CONFIGURATION, Optional.empty(), Allowance.NONE, false, Optional.empty());
    }

    /** There is no valid configuration. */
    static Settings want(Allowance allowance, String reason) {
        return new Settings(Source.WANT, Optional.empty(), allowance, false, Optional.of(reason));
    }

    /** What to go by until a configuration comes: what was allowed last, if there was a kill switch. */
    Settings orAllowing(Memory memory) {
        boolean remembered = source == Source.NOBODY || (source == Source.WANT && memory.mode() != KillSwitchMode.OFF);
        return remembered ? new Settings(source, mode, memory.allowance(), startsWithAppliance, reason) : this;
    }

    /** Whether there is no valid configuration, for another reason than before. */
    boolean wantsFor(Settings before) {
        return source == Source.WANT && !reason.equals(before.reason);
    }

    /** What becomes of the memory by them. */
    Memory upon(Memory memory) {
        return switch (source) {
            case NOBODY -> memory;
            case WANT -> memory.provisional();
            case CONFIGURATION -> memory.settled(mode);
        };
    }

    /**
     * Whether what is closed is to be opened by them, for it was closed only for want of a configuration.
     *
     * @param before they came
     * @param now that they have come
     */
    boolean open(Memory before, Memory now, Optional<FirewallPolicy> policy) {
        if (!before.closedForWant() || now.isProvisional()) {
            return false;
        }
        return switch (now.mode()) {
            case OFF -> true;
            case AUTO ->
                !startsWithAppliance
                        && policy.filter(p -> Stand.of(KillSwitchMode.AUTO, p, false) == Stand.CLOSED)
                                .isEmpty();
            case LOCKDOWN -> false;
        };
    }
}

package io.sluice.killswitch;

import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.killswitch.engine.Allowance;
import java.util.Optional;

/**
 * What the configuration says.
 *
 * @param mode empty without a configuration
 * @param startsWithAppliance the tunnel does: in mode auto the machine is then closed from the boot on
 */
public record Settings(Optional<KillSwitchMode> mode, Allowance allowance, boolean startsWithAppliance) {

    /** What to go by until a configuration comes. */
    Settings orAllowing(Allowance remembered) {
        return mode.isPresent() ? this : new Settings(mode, remembered, startsWithAppliance);
    }

    /** Without a configuration. */
    public static final Settings NONE = new Settings(Optional.empty(), Allowance.NONE, false);
}

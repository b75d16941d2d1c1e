package io.sluice.killswitch;

import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.killswitch.engine.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What an operator must know, one sentence each. */
final class Limitations {

    private Limitations() {}

    static List<String> of(Memory memory, Settings settings) {
        List<String> sentences = new ArrayList<>();
        KillSwitchMode mode = memory.mode();
        KillSwitchMode configured = memory.configured();
        if (settings.mode().isPresent() && !memory.isProvisional() && configured.compareTo(mode) < 0) {
            sentences.add("The configuration says " + word(configured) + ", which is looser than " + word(mode)
                    + ": an operator has to say so, with: sluice killswitch mode " + word(configured));
        }
        if (mode != KillSwitchMode.OFF
                && !settings.allowance().lan()
                && settings.allowance().inputPorts().isEmpty()) {
            sentences.add(
                    "While it is closed this machine is reached from its own console only: killSwitch.allowLan and "
                            + "killSwitch.inputPorts (e.g. 22 for ssh) are not set.");
        }
        if (mode == KillSwitchMode.OFF && memory.closed()) {
            sentences.add("Rules of ours are in force though the mode is off: sluice killswitch disarm removes them.");
        }
        return sentences;
    }

    static String word(KillSwitchMode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }
}

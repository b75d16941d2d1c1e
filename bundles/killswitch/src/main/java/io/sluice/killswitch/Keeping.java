package io.sluice.killswitch;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchException.Code;
import io.sluice.killswitch.engine.FilterPlan;
import io.sluice.killswitch.engine.Memory;
import io.sluice.killswitch.spi.FirewallBackend;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what outlives the process: the memory, what the kernel's settings were before they are changed, and the rules for the next boot. */
final class Keeping {

    private static final Logger LOG = LoggerFactory.getLogger(HostKillSwitch.class);

    private final MemoryFile file;
    private final FirewallBackend backend;

    Keeping(MemoryFile file, FirewallBackend backend) {
        this.file = file;
        this.backend = backend;
    }

    /** As {@link #remember}, before something else is done that must not be done without it. */
    void write(Memory memory, Settings settings, FirewallPolicy atBoot) throws KillSwitchException {
        try {
            stateAndBoot(memory, settings, atBoot);
        } catch (IOException e) {
            throw new KillSwitchException(
                    Code.STATE_NOT_KEPT,
                    "The mode could not be written into " + file.folder() + ", so nothing was changed: "
                            + e.getMessage(),
                    e);
        }
    }

    /** A machine comes up with the rules for the boot, whatever the state says, so at no moment are these the looser of the two. */
    private void stateAndBoot(Memory memory, Settings settings, FirewallPolicy atBoot)
            throws IOException, KillSwitchException {
        if (memory.equals(Memory.NONE) && !file.exists()) {
            return; // nothing is written for a machine that has none
        }
        if (memory.closedAtBoot(settings.startsWithAppliance())) {
            backend.keepForBoot(file.folder(), Optional.of(FilterPlan.of(atBoot, settings.allowance(), false)));
            file.write(memory);
        } else {
            file.write(memory);
            backend.keepForBoot(file.folder(), Optional.empty());
        }
    }

    /** Sets the kernel's settings that go with a closed filter; what was there is on the disk before it is changed. */
    Memory harden(Memory memory, Standing standing) {
        Memory knowing = memory;
        try {
            knowing = memory.closed(true, backend.settings(memory.settings()));
            file.keep(knowing.settings()).ifPresent(standing::trouble);
            backend.harden(knowing.settings());
        } catch (KillSwitchException e) {
            standing.trouble(e, true);
        }
        return knowing;
    }

    /** The rules are gone: nothing is closed any more, and the kernel's settings are to be as they were. Of those that cannot be, that stays known. */
    Memory relax(Memory memory, Standing standing) {
        try {
            backend.relax(memory.settings());
            return memory.opened();
        } catch (KillSwitchException e) {
            standing.trouble(e, true);
            return memory.closed(false, stillOurs(memory.settings()));
        }
    }

    /** Without those that are as they were: what becomes of these from now on is the administrator's. */
    private Map<String, String> stillOurs(Map<String, String> before) {
        Map<String, String> ours = new TreeMap<>(before);
        try {
            ours.entrySet().removeAll(backend.settings(Map.of()).entrySet());
        } catch (KillSwitchException e) {
            LOG.warn("the kernel's settings cannot be read: {}", e.getMessage());
        }
        return ours;
    }

    /**
     * Everything.
     *
     * @param atBoot what is in force from the boot on, if the machine is closed then
     * @return why it could not be written, if so
     */
    Optional<String> remember(Memory memory, Settings settings, FirewallPolicy atBoot) {
        try {
            stateAndBoot(memory, settings, atBoot);
            return file.keep(memory.settings());
        } catch (IOException | KillSwitchException e) {
            LOG.error("the kill switch's state could not be kept: {}", e.getMessage());
            return Optional.of("What outlives the process could not be written: " + e.getMessage());
        }
    }
}

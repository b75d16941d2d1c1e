package io.sluice.tunnel.engine;

import io.sluice.api.tun.TunConfig;
import io.sluice.api.tunnel.TunnelError;
import io.sluice.api.tunnel.TunnelProfile;
import java.time.Instant;
import java.util.Optional;

/**
 * What is kept over a restart.
 *
 * @param profile the saved profile
 * @param configured the last profile that the configuration brought; tells a changed configuration from an unchanged one
 * @param lastError the last error; gone with the next successful start
 * @param startedAt when it became connected; empty while it is not. Found at start-up it says that the process died
 * @param held the interface that was made to outlive its driver and is to be removed in the end
 * @param resume it was running when the coordinator itself was swapped, or the kill switch is closed for it: the next process starts it again
 * @param killSwitch the kill switch was in a mode that has rules: without it nothing is connected
 */
public record Memory(
        Optional<TunnelProfile> profile,
        Optional<TunnelProfile> configured,
        Optional<TunnelError> lastError,
        Optional<Instant> startedAt,
        Optional<TunConfig> held,
        boolean resume,
        boolean killSwitch) {

    /** Nothing is known. */
    public static final Memory EMPTY = new Memory(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false, false);

    Memory withProfile(TunnelProfile value, boolean fromConfiguration) {
        return new Memory(
                Optional.of(value),
                fromConfiguration ? Optional.of(value) : configured,
                lastError,
                startedAt,
                held,
                resume,
                killSwitch);
    }

    Memory withError(TunnelError error) {
        return new Memory(profile, configured, Optional.of(error), Optional.empty(), held, resume, killSwitch);
    }

    Memory withLastError(TunnelError error) {
        return new Memory(profile, configured, Optional.of(error), startedAt, held, resume, killSwitch);
    }

    /** With a kill switch in force a process that dies is to come back connected, for nothing else passes. */
    Memory withStart(Instant at) {
        return new Memory(profile, configured, Optional.empty(), Optional.of(at), held, killSwitch, killSwitch);
    }

    Memory withoutStart() {
        return new Memory(profile, configured, lastError, Optional.empty(), held, resume, killSwitch);
    }

    Memory withHeld(Optional<TunConfig> value) {
        return new Memory(profile, configured, lastError, startedAt, value, resume, killSwitch);
    }

    Memory withKillSwitch(boolean value) {
        boolean again = value && (resume || startedAt.isPresent());
        return new Memory(profile, configured, lastError, startedAt, held, again, value);
    }

    /** The same, to be resumed or not. */
    public Memory withResume(boolean value) {
        return new Memory(profile, configured, lastError, startedAt, held, value, killSwitch);
    }
}

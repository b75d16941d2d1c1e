package io.sluice.api.killswitch;

import org.osgi.annotation.versioning.ConsumerType;

/** Told when the kill switch changes or heals itself, one call at a time, on a thread of the kill switch: must not block. Register as a service. */
@ConsumerType
public interface KillSwitchListener {

    /** @param event what happened, in one sentence */
    void killSwitchChanged(KillSwitchStatus status, String event);
}

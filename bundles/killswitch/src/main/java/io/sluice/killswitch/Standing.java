package io.sluice.killswitch;

import io.sluice.api.killswitch.KillSwitchStatus.State;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the kill switch says of itself: its state, since when, and why. Under its owner's lock. */
final class Standing {

    private static final Logger LOG = LoggerFactory.getLogger(HostKillSwitch.class);

    private final InstantSource clock;
    private State state = State.DISARMED;
    private Instant since;
    private String reason;

    Standing(InstantSource clock, String reason) {
        this.clock = clock;
        this.since = clock.instant();
        this.reason = reason;
    }

    /**
     * The same state for another reason stays since when it was.
     *
     * @return whether it is another state
     */
    boolean is(State now, String why) {
        boolean other = now != state;
        if (other) {
            state = now;
            since = clock.instant();
            LOG.info("the kill switch is {}: {}", now, why);
        }
        reason = why;
        return other;
    }

    State state() {
        return state;
    }

    Instant since() {
        return since;
    }

    String reason() {
        return reason;
    }
}

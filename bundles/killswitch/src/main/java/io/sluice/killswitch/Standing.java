package io.sluice.killswitch;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.killswitch.KillSwitchStatus.Drops;
import io.sluice.api.killswitch.KillSwitchStatus.Heal;
import io.sluice.api.killswitch.KillSwitchStatus.State;
import io.sluice.killswitch.engine.Memory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the kill switch says of itself: its state, since when and why, what troubles it, and what it has healed. Under its owner's lock. */
final class Standing {

    private static final Logger LOG = LoggerFactory.getLogger(HostKillSwitch.class);

    private final InstantSource clock;
    private State state = State.DISARMED;
    private Instant since;
    private String reason;
    private Optional<String> trouble = Optional.empty();
    private List<String> limits = List.of();
    private long heals;
    private Optional<Heal> lastHeal = Optional.empty();

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

    /** Empty if the filter is open; refused to whoever asks a kill switch that was stopped. */
    Optional<Standing> ifClosed(boolean stopped, Memory memory) throws KillSwitchException {
        Reasons.refuse(stopped);
        return memory.closed() ? Optional.of(this) : Optional.empty();
    }

    State state() {
        return state;
    }

    String reason() {
        return reason;
    }

    void well() {
        trouble = Optional.empty();
    }

    void trouble(String why) {
        trouble = Optional.of(why);
    }

    void trouble(KillSwitchException e, boolean alarming) {
        trouble = Optional.of(e.getMessage());
        if (alarming) {
            LOG.error("the kill switch: {}", e.getMessage());
        }
    }

    /**
     * What the backend cannot do, as of now.
     *
     * @return what of it is new
     */
    List<String> limited(List<String> now) {
        List<String> fresh =
                now.stream().filter(sentence -> !limits.contains(sentence)).toList();
        limits = now;
        fresh.forEach(sentence -> LOG.warn("{}", sentence));
        return fresh;
    }

    void healed(Duration took) {
        heals++;
        lastHeal = Optional.of(new Heal(clock.instant(), took));
        LOG.warn(
                "somebody changed or removed the kill switch's rules; they are back after {} µs",
                took.toNanos() / 1000);
    }

    KillSwitchStatus status(Memory memory, Settings settings, Optional<FirewallPolicy> policy, List<Drops> drops) {
        List<String> limitations = new ArrayList<>();
        trouble.ifPresent(limitations::add);
        limitations.addAll(limits);
        limitations.addAll(Limitations.of(memory, settings));
        return new KillSwitchStatus(
                memory.mode(), memory.configured(), state, since, reason, policy, drops, heals, lastHeal, limitations);
    }
}

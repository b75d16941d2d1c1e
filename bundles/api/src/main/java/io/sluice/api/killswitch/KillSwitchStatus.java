package io.sluice.api.killswitch;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How the kill switch stands.
 *
 * @param mode the mode in force
 * @param configuredMode what the configuration says; a looser one than that in force waits for an operator's command
 * @param state for people
 * @param since when this state began
 * @param reason why it is in this state, in one sentence
 * @param policy the last one that was given
 * @param drops what was held back since the rules were set, by kind
 * @param heals how often somebody else changed or removed the rules and they were put back
 * @param lastHeal the newest of these
 * @param limitations what cannot be had here and why, or what an operator must know, one sentence each
 */
public record KillSwitchStatus(
        KillSwitchMode mode,
        KillSwitchMode configuredMode,
        State state,
        Instant since,
        String reason,
        Optional<FirewallPolicy> policy,
        List<Drops> drops,
        long heals,
        Optional<Heal> lastHeal,
        List<String> limitations) {

    /** In the words of the glossary. */
    public enum State {
        /** No rules: everything passes. */
        DISARMED,
        /** Rules in force; traffic passes by the tunnel. */
        ARMED,
        /** Rules in force; nothing passes but the allow-list. */
        BLOCKED
    }

    /**
     * What one kind of rule has held back.
     *
     * @param kind e.g. {@code dns}, {@code output}, {@code forward}, {@code input}
     */
    public record Drops(String kind, long packets, long octets) {
        public Drops {
            Objects.requireNonNull(kind, "kind");
        }
    }

    /**
     * The rules were put back.
     *
     * @param took from the kernel's notice until the rules were in force again
     */
    public record Heal(Instant at, Duration took) {
        public Heal {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(took, "took");
        }
    }

    public KillSwitchStatus {
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(configuredMode, "configuredMode");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(since, "since");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(lastHeal, "lastHeal");
        drops = List.copyOf(drops);
        limitations = List.copyOf(limitations);
    }
}

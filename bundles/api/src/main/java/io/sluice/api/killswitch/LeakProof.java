package io.sluice.api.killswitch;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * What became of canaries.
 *
 * @param holds none got out, and enough were sent to say so
 * @param sentence the result in one sentence
 * @param heldBack how many packets the rules counted as held back meanwhile; others' are among them
 * @param escaped how many packets to the canaries' addresses the host's last hook saw leave: must be 0
 */
public record LeakProof(
        Instant at, boolean holds, String sentence, List<Canary> canaries, long heldBack, long escaped) {

    /**
     * One of them.
     *
     * @param kind e.g. {@code TCP}, {@code UDP}, {@code DNS over UDP}, {@code ICMP echo}
     * @param destination address, and port if there is one
     * @param way the interface that it was forced to leave by
     * @param outcome in one word
     * @param detail what the host answered
     */
    public record Canary(String kind, String destination, String way, Outcome outcome, String detail) {
        public Canary {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(destination, "destination");
            Objects.requireNonNull(way, "way");
            Objects.requireNonNull(outcome, "outcome");
            Objects.requireNonNull(detail, "detail");
        }
    }

    /** What became of one canary. */
    public enum Outcome {
        /** Handed to the host and refused or dropped by it. */
        HELD_BACK,
        /** It left. */
        ESCAPED,
        /** It could not be sent at all, e.g. without a route or an address of its family: proves nothing. */
        NOT_SENT
    }

    public LeakProof {
        Objects.requireNonNull(at, "at");
        Objects.requireNonNull(sentence, "sentence");
        canaries = List.copyOf(canaries);
    }
}

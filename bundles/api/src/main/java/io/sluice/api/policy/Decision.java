package io.sluice.api.policy;

import java.util.Objects;

/** What becomes of a flow. */
public sealed interface Decision {

    /** The rule that decided, as one line of text. */
    String rule();

    /**
     * Leave by this outbound.
     *
     * @param tag the outbound's tag
     */
    record Outbound(String tag, String rule) implements Decision {
        public Outbound {
            Objects.requireNonNull(tag, "tag");
            Objects.requireNonNull(rule, "rule");
        }
    }

    /**
     * Refuse.
     *
     * @param silent without an answer
     */
    record Reject(boolean silent, String rule) implements Decision {
        public Reject {
            Objects.requireNonNull(rule, "rule");
        }
    }
}

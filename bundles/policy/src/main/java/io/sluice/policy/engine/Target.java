package io.sluice.policy.engine;

import io.sluice.api.policy.Decision;

/** Where a rule points: an outbound's tag, {@code !reject} or {@code !drop}. */
record Target(String text) {

    static final String REJECT = "!reject";
    static final String DROP = "!drop";

    boolean refuses() {
        return text.startsWith("!");
    }

    boolean known() {
        return !refuses() || text.equals(REJECT) || text.equals(DROP);
    }

    Decision decision(String rule) {
        return refuses() ? new Decision.Reject(text.equals(DROP), rule) : new Decision.Outbound(text, rule);
    }
}

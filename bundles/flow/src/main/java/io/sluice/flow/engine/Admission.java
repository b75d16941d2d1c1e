package io.sluice.flow.engine;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.policy.Decision;

/**
 * What the checks before a flow came to.
 *
 * @param source the flow's
 * @param slot the outbound to use, or null if it is refused
 * @param refusal why it is refused, or null
 * @param tag the outbound's tag if policy chose one
 * @param rule the rule that decided, if policy was asked
 * @param detail one sentence more on a refusal, or null
 */
record Admission(FlowSource source, OutboundSlot slot, CloseReason refusal, String tag, String rule, String detail) {

    static Admission granted(FlowSource source, OutboundSlot slot, Decision.Outbound decision) {
        return new Admission(source, slot, null, decision.tag(), decision.rule(), null);
    }

    static Admission refused(FlowSource source, CloseReason reason, String tag, String rule, String detail) {
        return new Admission(source, null, reason, tag, rule, detail);
    }
}

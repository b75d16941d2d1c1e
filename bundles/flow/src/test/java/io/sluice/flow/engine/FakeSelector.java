package io.sluice.flow.engine;

import io.sluice.api.flow.FlowSource;
import io.sluice.api.policy.Decision;
import io.sluice.api.policy.OutboundSelector;
import io.sluice.api.policy.RuleSnapshot;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A selector that a test can change. */
final class FakeSelector implements OutboundSelector {

    final AtomicInteger asked = new AtomicInteger();
    volatile Function<FlowSource, Decision> rule = source -> new Decision.Outbound("out", "final -> out");

    @Override
    public Decision select(FlowSource source) {
        asked.incrementAndGet();
        return rule.apply(source);
    }

    @Override
    public List<RuleSnapshot> rules() {
        return List.of();
    }
}

package io.sluice.flow.engine;

import io.sluice.api.flow.OutboundTrouble;
import java.util.HashMap;
import java.util.Map;

/** The outbounds that can be leased now, by tag. Immutable. */
record OutboundSet(Map<String, OutboundSlot> byTag) {

    static final OutboundSet EMPTY = new OutboundSet(Map.of());

    OutboundSet {
        byTag = Map.copyOf(byTag);
    }

    /** The outbound with this tag, or null. */
    OutboundSlot find(String tag) {
        return byTag.get(tag);
    }

    /** Those that open no flows now, by tag. */
    Map<String, OutboundTrouble> troubles() {
        Map<String, OutboundTrouble> troubles = new HashMap<>();
        byTag.forEach((tag, slot) -> slot.health().trouble().ifPresent(trouble -> troubles.put(tag, trouble)));
        return Map.copyOf(troubles);
    }
}

package io.sluice.flow.engine;

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
}

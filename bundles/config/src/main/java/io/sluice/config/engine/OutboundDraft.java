package io.sluice.config.engine;

import java.util.Map;
import java.util.Optional;

/**
 * One outbound while it is read.
 *
 * @param outbound the whole object
 * @param settings its {@code settings}
 * @param properties what becomes of it
 */
record OutboundDraft(Section outbound, Optional<Section> settings, Map<String, Object> properties) {

    Problems problems() {
        return outbound.problems();
    }

    Values values() {
        return new Values(problems());
    }
}

package io.sluice.config.engine;

import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;

/**
 * One inbound while it is read.
 *
 * @param inbound the whole object
 * @param settings its {@code settings}
 * @param listen {@code listen} as it is written
 * @param address where it will listen, if that is known
 * @param properties what becomes of it
 */
record InboundDraft(
        Section inbound,
        Optional<Section> settings,
        Optional<Located<String>> listen,
        Optional<InetAddress> address,
        Map<String, Object> properties) {

    Problems problems() {
        return inbound.problems();
    }

    Values values() {
        return new Values(problems());
    }
}

package io.sluice.config.engine;

import java.util.List;

/** What one inbound protocol has of its own. One small class each, named in {@link InboundReader}'s table. */
interface InboundProtocol {

    /** Its names, as they may be written in {@code protocol}; Xray's and ours. */
    List<String> names();

    /** The room, and so the end of the factory PID: {@code io.sluice.inbound.ROOM}. */
    String room();

    /** Whether it stands on layers, so that the caller reads {@code streamSettings} for it. */
    default boolean isLayered() {
        return true;
    }

    /** What TLS shall choose from (ALPN) where nothing is configured and no transport decides; empty leaves it to TLS. */
    default List<String> applications() {
        return List.of();
    }

    /**
     * Reads {@code settings}, reports what is wrong and fills the properties. Fields that it does not ask for are reported by the caller.
     *
     * @return whether the properties are whole
     */
    boolean read(InboundDraft draft);
}

package io.sluice.config.engine;

import java.util.List;

/** What one outbound protocol has of its own. One small class each, named in {@link OutboundReader}'s table. */
interface OutboundProtocol {

    /** Its names, as they may be written in {@code protocol}; Xray's and ours. */
    List<String> names();

    /** The room, and so the end of the factory PID: {@code io.sluice.outbound.TYPE}. */
    String type();

    /** Whether it stands on layers, so that {@code streamSettings} and {@code proxySettings} are read for it. */
    default boolean isLayered() {
        return true;
    }

    /** Whether it dials without layers: then {@code sockopt} and {@code proxySettings} are read for it. */
    default boolean dials() {
        return false;
    }

    /** The application protocols (ALPN) that it speaks within TLS, the best first, where neither the configuration nor a transport says another; none if any will do. */
    default List<String> alpn() {
        return List.of();
    }

    /**
     * Reads {@code settings}, reports what is wrong and fills the properties. Fields that it does not ask for are reported by the caller.
     *
     * @return whether the properties are whole
     */
    boolean read(OutboundDraft draft);
}

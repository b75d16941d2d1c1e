package io.sluice.config.engine;

import java.util.List;
import java.util.Optional;

/** Xray's {@code loopback}: back to the rules, as another inbound's flow. */
final class LoopbackProtocol implements OutboundProtocol {

    @Override
    public List<String> names() {
        return List.of("loopback");
    }

    @Override
    public String type() {
        return "loopback";
    }

    @Override
    public boolean isLayered() {
        return false;
    }

    @Override
    public boolean read(OutboundDraft draft) {
        String suggestion = "write \"settings\": { \"inboundTag\": \"the-tag-that-rules-name\" }";
        if (draft.settings().isEmpty()) {
            draft.outbound().missing("settings", suggestion);
            return false;
        }
        Section settings = draft.settings().get();
        settings.noEffect("names are not read from the traffic", "sniffing");
        Optional<Located<String>> inbound = settings.required("inboundTag", suggestion)
                .filter(t -> draft.values().tag(t));
        inbound.ifPresent(t -> draft.properties().put("inboundTag", t.value()));
        return inbound.isPresent();
    }
}

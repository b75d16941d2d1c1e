package io.sluice.config.engine;

import java.util.List;
import java.util.Optional;

/** Xray's {@code blackhole}. */
final class BlockProtocol implements OutboundProtocol {

    @Override
    public List<String> names() {
        return List.of("block", "blackhole");
    }

    @Override
    public String type() {
        return "block";
    }

    @Override
    public boolean isLayered() {
        return false;
    }

    @Override
    public boolean read(OutboundDraft draft) {
        draft.settings().flatMap(s -> s.section("response")).ifPresent(r -> {
            Optional<Located<String>> type = r.word("type", List.of("none", "http"));
            if (type.isPresent() && type.get().value().equals("http")) {
                r.unsupported("a block refuses, it does not answer", "write \"none\"", "type");
            }
            r.end();
        });
        return true;
    }
}

package io.sluice.config.engine;

import java.util.List;
import java.util.Optional;

/** SOCKS5. */
final class SocksProtocol implements OutboundProtocol {

    @Override
    public List<String> names() {
        return List.of("socks");
    }

    @Override
    public String type() {
        return "socks";
    }

    @Override
    public boolean read(OutboundDraft draft) {
        Optional<ServerSection> found =
                ServerSection.read(draft, "servers", "{ \"address\": \"192.0.2.1\", \"port\": 1080 }");
        if (found.isEmpty()) {
            return false;
        }
        Section server = found.get().server();
        server.word("pipeline", List.of("auto", "on", "off"))
                .ifPresent(w -> draft.properties().put("pipeline", w.value()));
        boolean good = ProxyAccount.read(found.get().user(), draft);
        // v2rayN writes them into every server of a list.
        found.get().server().noEffect("it is a word of Shadowsocks", "ota", "method");
        found.get().end();
        return good && found.get().isGood();
    }
}

package io.sluice.config.engine;

import java.util.List;
import java.util.Optional;

/** Streams through an HTTP proxy (CONNECT). */
final class HttpProtocol implements OutboundProtocol {

    @Override
    public List<String> names() {
        return List.of("http");
    }

    @Override
    public String type() {
        return "http";
    }

    @Override
    public List<String> alpn() {
        return List.of("h2", "http/1.1");
    }

    @Override
    public boolean read(OutboundDraft draft) {
        Optional<ServerSection> found =
                ServerSection.read(draft, "servers", "{ \"address\": \"192.0.2.1\", \"port\": 3128 }");
        if (found.isEmpty()) {
            return false;
        }
        boolean good = ProxyAccount.read(found.get().user(), draft);
        // In both shapes beside the server, as in Xray.
        draft.settings().flatMap(s -> s.section("headers")).ifPresent(h -> {
            List<String> headers = HttpHeaders.read(h, null);
            if (!headers.isEmpty()) {
                draft.properties().put("headers", headers.toArray(String[]::new));
            }
        });
        found.get().end();
        return good && found.get().isGood();
    }
}

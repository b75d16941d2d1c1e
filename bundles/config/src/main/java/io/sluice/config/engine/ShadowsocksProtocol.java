package io.sluice.config.engine;

import java.util.List;
import java.util.Optional;

/** Shadowsocks, the editions 2017 (AEAD) and 2022. */
final class ShadowsocksProtocol implements OutboundProtocol {

    @Override
    public List<String> names() {
        return List.of("shadowsocks");
    }

    @Override
    public String type() {
        return "shadowsocks";
    }

    @Override
    public boolean read(OutboundDraft draft) {
        Optional<ServerSection> found = ServerSection.read(
                draft,
                "servers",
                "{ \"address\": \"192.0.2.1\", \"port\": 8388, \"method\": \"2022-blake3-aes-128-gcm\", \"password\":"
                        + " \"…\" }");
        if (found.isEmpty()) {
            return false;
        }
        Section server = found.get().server();
        Optional<ShadowsocksMethod> method = ShadowsocksMethod.read(server);
        Optional<String> password = method.flatMap(m -> m.password(server, true));
        server.either("password");
        // Xray once had them, and v2rayN still writes the first.
        server.noEffect("every method here authenticates what is sent", "ota");
        server.noEffect("replays are always refused", "ivCheck");
        server.noEffect("datagrams go to the server as datagrams", "uot", "UoTVersion");
        method.ifPresent(m -> draft.properties().put("method", m.word()));
        password.ifPresent(p -> draft.properties().put(".password", p));
        found.get().end();
        return found.get().isGood() && method.isPresent() && password.isPresent();
    }
}

package io.sluice.config.engine;

import java.util.List;
import java.util.Optional;

/** Trojan. */
final class TrojanProtocol implements OutboundProtocol {

    @Override
    public List<String> names() {
        return List.of("trojan");
    }

    @Override
    public String type() {
        return "trojan";
    }

    @Override
    public boolean read(OutboundDraft draft) {
        Optional<ServerSection> found = ServerSection.read(
                draft, "servers", "{ \"address\": \"proxy.example.org\", \"port\": 443, \"password\": \"…\" }");
        if (found.isEmpty()) {
            return false;
        }
        Section user = found.get().user();
        Optional<Located<String>> password = Passwords.uncovered(
                        user.required("password", "write \"password\": \"…\""), draft.problems())
                .filter(p -> Passwords.isNotEmpty(p, draft.problems()));
        password.ifPresent(p -> draft.properties().put(".password", p.value()));
        Flows.removed(user);
        // v2rayN writes them into every server of a list.
        found.get().server().noEffect("it is a word of Shadowsocks", "ota", "method");
        found.get().end();
        return ClearText.check(draft, found.get().server()) && found.get().isGood() && password.isPresent();
    }
}

package io.sluice.config.engine;

import java.util.List;
import java.util.Optional;

/** Trojan for people who come from outside. */
final class TrojanInbound implements InboundProtocol {

    @Override
    public List<String> names() {
        return List.of("trojan");
    }

    @Override
    public String room() {
        return "trojan";
    }

    @Override
    public boolean read(InboundDraft draft) {
        KeyedUsers users = new KeyedUsers(draft, ".passwords", TrojanInbound::password);
        boolean good = users.read("{ \"password\": \"…\" }");
        draft.settings().ifPresent(s -> Fallbacks.read(s, draft.properties()));
        return good;
    }

    private static Optional<String> password(Section user) {
        Flows.removed(user);
        return Passwords.uncovered(user.required("password", "write \"password\": \"…\""), user.problems())
                .filter(p -> Passwords.isNotEmpty(p, user.problems()))
                .map(Located::value);
    }
}

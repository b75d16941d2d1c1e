package io.sluice.config.engine;

import java.util.List;
import java.util.Optional;

/** VLESS, without encryption of its own, for people who come from outside. */
final class VlessInbound implements InboundProtocol {

    @Override
    public List<String> names() {
        return List.of("vless");
    }

    @Override
    public String room() {
        return "vless";
    }

    @Override
    public boolean read(InboundDraft draft) {
        KeyedUsers users = new KeyedUsers(draft, ".ids", VlessInbound::id);
        boolean good = users.read("{ \"id\": \"…\" }");
        return draft.settings().map(s -> settings(s, draft)).orElse(false) && good;
    }

    private static boolean settings(Section settings, InboundDraft draft) {
        Fallbacks.read(settings, draft.properties());
        boolean plain = Flows.none(settings);
        Optional<Located<String>> decryption = settings.required("decryption", "write \"decryption\": \"none\"");
        if (decryption.filter(d -> !d.value().equals("none")).isPresent()) {
            settings.unsupported(
                    "encryption of VLESS's own does not exist here yet",
                    "write \"none\", with TLS below",
                    "decryption");
            return false;
        }
        settings.noEffect("there is no flow that would use it", "testseed");
        return plain && decryption.isPresent();
    }

    private static Optional<String> id(Section user) {
        boolean plain = Flows.none(user);
        user.noEffect("there is no flow that would use it", "testseed");
        user.unsupported("nothing is reached through who comes in", "remove it", "reverse");
        user.unsupported("it is the client's word, the server's is decryption", "remove it", "encryption");
        return Passwords.uncovered(user.required("id", "write \"id\": \"…\""), user.problems())
                .filter(i -> UserIds.check(i, user.problems()))
                .map(Located::value)
                .filter(i -> plain);
    }
}

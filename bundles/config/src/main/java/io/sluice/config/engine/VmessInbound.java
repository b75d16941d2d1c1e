package io.sluice.config.engine;

import java.util.List;
import java.util.Optional;

/** VMess, for people who come from outside. */
final class VmessInbound implements InboundProtocol {

    @Override
    public List<String> names() {
        return List.of("vmess");
    }

    @Override
    public String room() {
        return "vmess";
    }

    @Override
    public boolean read(InboundDraft draft) {
        boolean good = new KeyedUsers(draft, ".ids", VmessInbound::id).read("{ \"id\": \"…\" }");
        draft.settings().ifPresent(settings -> {
            settings.noEffect("there are no levels", "default");
            settings.removed("detour", "a rule with inboundTag");
            settings.removed("disableInsecureEncryption", "nothing: what is insecure is not spoken");
        });
        return good;
    }

    private static Optional<String> id(Section user) {
        user.noEffect("the client chooses", "security", "experiments");
        boolean older = VmessProtocol.isOlder(user);
        return Passwords.uncovered(user.required("id", "write \"id\": \"…\""), user.problems())
                .filter(i -> UserIds.check(i, user.problems()))
                .map(Located::value)
                .filter(_ -> !older);
    }
}

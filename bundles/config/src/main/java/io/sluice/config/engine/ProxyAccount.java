package io.sluice.config.engine;

import java.util.Optional;

/** User name and password of the outbounds that know both (socks, http). */
final class ProxyAccount {

    private ProxyAccount() {}

    /** Puts {@code user} and {@code .password}, if both are there. */
    static boolean read(Section from, OutboundDraft draft) {
        Optional<Located<String>> user = from.string("user");
        Optional<Located<String>> pass = Passwords.uncovered(from.string("pass"), draft.problems());
        if (user.isPresent() != pass.isPresent() && !from.has(user.isPresent() ? "pass" : "user")) {
            from.missing(user.isPresent() ? "pass" : "user", "a user has a name and a password, or leave both out");
            return false;
        }
        boolean named = user.isPresent() && !user.get().value().isEmpty();
        if (named && pass.isPresent()) {
            draft.properties().put("user", user.get().value());
            draft.properties().put(".password", pass.get().value());
        }
        return true;
    }
}

package io.sluice.config.engine;

import io.sluice.api.config.ConfigStore;
import java.util.Optional;

/** Finds what was shown and not what was written: a shown configuration that is applied again must not change passwords. */
final class Passwords {

    private Passwords() {}

    /** The same value; a covered one is a problem. */
    static Optional<Located<String>> uncovered(Optional<Located<String>> password, Problems problems) {
        password.filter(p -> p.value().equals(ConfigStore.COVERED))
                .ifPresent(p -> problems.add(
                        ProblemCode.COVERED_PASSWORD,
                        p.at(),
                        p.path(),
                        "This is what a shown configuration has in the place of a password.",
                        "write the password; conf show --secrets shows it"));
        return password;
    }

    /** An empty one keeps nobody out. */
    static boolean isNotEmpty(Located<String> password, Problems problems) {
        if (password.value().isEmpty()) {
            problems.add(
                    ProblemCode.MISSING_FIELD, password.at(), password.path(), "The password is empty.", "write one");
        }
        return !password.value().isEmpty();
    }
}

package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The users of an inbound that knows them by a key each ({@code users}, formerly {@code clients}). They become two arrays, one of keys and one of names;
 * the name is Xray's {@code email}, which rules call the user.
 */
final class KeyedUsers {

    private final InboundDraft draft;
    private final String property;
    private final Function<Section, Optional<String>> key;

    /**
     * @param property for the keys; begins with a dot
     * @param key reads a user's; empty if it is not good, which is reported then
     */
    KeyedUsers(InboundDraft draft, String property, Function<Section, Optional<String>> key) {
        this.draft = draft;
        this.property = property;
        this.key = key;
    }

    /** @param example one user, as JSON, for who has written none */
    boolean read(String example) {
        if (draft.settings().isEmpty()) {
            draft.inbound().missing("settings", "write \"settings\": { \"users\": [ " + example + " ] }");
            return false;
        }
        Section settings = draft.settings().get();
        String field = settings.either("users", "clients");
        List<Section> sections = settings.sections(field);
        if (sections.isEmpty()) {
            settings.missing(field, "write \"users\": [ " + example + " ]");
            return false;
        }
        List<String> keys = new ArrayList<>();
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Section user : sections) {
            Optional<String> found = key.apply(user);
            names.add(user.string("email").map(Located::value).orElse(""));
            user.noEffect("there are no levels", "level");
            user.end();
            found.ifPresent(keys::add);
            if (found.isPresent() && !seen.add(found.get())) {
                user.problems()
                        .add(
                                ProblemCode.DUPLICATE_USER,
                                user.at(),
                                user.path(),
                                "This user has the key of another one.",
                                "give each user a key of its own");
            }
        }
        draft.properties().put(property, keys.toArray(String[]::new));
        draft.properties().put("users", names.toArray(String[]::new));
        return keys.size() == sections.size() && seen.size() == keys.size();
    }
}

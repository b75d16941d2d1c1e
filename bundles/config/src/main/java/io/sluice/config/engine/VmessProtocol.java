package io.sluice.config.engine;

import java.util.List;
import java.util.Optional;

/** Through a VMess server. */
final class VmessProtocol implements OutboundProtocol {

    private static final List<String> SECURITIES = List.of("auto", "aes-128-gcm", "chacha20-poly1305");

    /** Xray took them out on 2026-07: what is sent would be readable, or changeable. */
    private static final List<String> REMOVED = List.of("none", "zero");

    private static final List<String> EXPERIMENTS = List.of("AuthenticatedLength", "NoTerminationSignal");

    @Override
    public List<String> names() {
        return List.of("vmess");
    }

    @Override
    public String type() {
        return "vmess";
    }

    @Override
    public boolean read(OutboundDraft draft) {
        Optional<ServerSection> found =
                ServerSection.read(draft, "vnext", "{ \"address\": \"192.0.2.1\", \"port\": 443, \"id\": \"…\" }");
        if (found.isEmpty()) {
            return false;
        }
        Section user = found.get().user();
        Optional<Located<String>> id = Passwords.uncovered(
                        user.required("id", "write \"id\": \"a UUID, or another text of 1 to 30 octets\""),
                        draft.problems())
                .filter(i -> UserIds.check(i, draft.problems()));
        id.ifPresent(i -> draft.properties().put(".id", i.value()));
        security(user, draft);
        experiments(user, draft);
        boolean modern = !isOlder(user);
        // Beside Xray's fields, as in mihomo and sing-box: how datagrams are carried.
        draft.settings()
                .flatMap(s -> s.word("packetEncoding", List.of("xudp", "none")))
                .ifPresent(w -> draft.properties().put("packetEncoding", w.value()));
        found.get().end();
        return found.get().isGood() && id.isPresent() && modern;
    }

    /** Whether it is the VMess that was authenticated by MD5: with an alterId from 1 on. Reported. */
    static boolean isOlder(Section user) {
        boolean older =
                user.integer("alterId", 0, 65_535).filter(n -> n.value() > 0).isPresent();
        if (older) {
            user.unsupported(
                    "the older VMess, authenticated by MD5, is not spoken", "set it to 0 at both ends", "alterId");
        }
        return older;
    }

    private static void security(Section user, OutboundDraft draft) {
        Optional<Located<String>> word =
                user.string("security").filter(w -> !w.value().isEmpty());
        if (word.filter(w -> REMOVED.contains(w.value())).isPresent()) {
            draft.problems()
                    .add(
                            ProblemCode.REMOVED_FIELD,
                            word.get().at(),
                            word.get().path(),
                            "'" + word.get().value() + "' was removed from Xray's configuration.",
                            "use \"auto\"");
        } else if (word.isPresent()) {
            user.word("security", SECURITIES).ifPresent(w -> draft.properties().put("security", w.value()));
        }
    }

    /** Xray has them in one text, joined by |. */
    private static void experiments(Section user, OutboundDraft draft) {
        user.string("experiments").filter(t -> !t.value().isEmpty()).ifPresent(text -> {
            for (String word : text.value().split("\\|")) {
                switch (word) {
                    case "AuthenticatedLength" -> draft.properties().put("authenticatedLength", true);
                    case "NoTerminationSignal" -> draft.properties().put("noTerminationSignal", true);
                    default ->
                        draft.problems()
                                .add(
                                        ProblemCode.UNKNOWN_VALUE,
                                        text.at(),
                                        text.path(),
                                        "The experiment '" + word + "' is not known here.",
                                        Nearest.suggestion(word, EXPERIMENTS));
                }
            }
        });
    }
}

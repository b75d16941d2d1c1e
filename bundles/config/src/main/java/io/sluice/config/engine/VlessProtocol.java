package io.sluice.config.engine;

import java.util.List;
import java.util.Optional;

/** VLESS without encryption of its own. */
final class VlessProtocol implements OutboundProtocol {

    @Override
    public List<String> names() {
        return List.of("vless");
    }

    @Override
    public String type() {
        return "vless";
    }

    @Override
    public boolean read(OutboundDraft draft) {
        Optional<ServerSection> found = ServerSection.read(
                draft,
                "vnext",
                "{ \"address\": \"proxy.example.org\", \"port\": 443, \"id\": \"…\", \"encryption\": \"none\" }");
        if (found.isEmpty()) {
            return false;
        }
        Section user = found.get().user();
        Problems problems = draft.problems();
        Optional<Located<String>> id = Passwords.uncovered(
                        user.required("id", "write \"id\": \"a UUID, or another text of 1 to 30 octets\""), problems)
                .filter(i -> UserIds.check(i, problems));
        id.ifPresent(i -> draft.properties().put(".id", i.value()));
        boolean plain = encryption(user) & Flows.none(user);
        user.noEffect("there is no flow that would use it", "seed", "testseed");
        if (found.get().isListed()) {
            // v2rayN makes every user of vnext from one pattern.
            user.noEffect("it is a word of VMess", "security", "alterId");
        }
        user.noEffect("connections are opened when they are needed", "testpre");
        user.unsupported("nobody is let in by an outbound", "remove it", "reverse");
        // Beside Xray's fields, as in mihomo and sing-box: how datagrams are carried.
        draft.settings()
                .flatMap(s -> s.word("packetEncoding", List.of("xudp", "none")))
                .ifPresent(w -> draft.properties().put("packetEncoding", w.value()));
        found.get().end();
        return ClearText.check(draft, found.get().server()) && found.get().isGood() && id.isPresent() && plain;
    }

    /** Xray wants it written, so that nobody takes VLESS for encrypted. */
    private static boolean encryption(Section user) {
        Optional<Located<String>> word = user.required("encryption", "write \"encryption\": \"none\"");
        if (word.filter(w -> !w.value().equals("none")).isEmpty()) {
            return word.isPresent();
        }
        user.problems()
                .add(
                        ProblemCode.NOT_SUPPORTED,
                        word.get().at(),
                        word.get().path(),
                        "Encryption of VLESS's own is not to be had here yet.",
                        "write \"encryption\": \"none\" here and \"decryption\": \"none\" there, with TLS below");
        return false;
    }
}

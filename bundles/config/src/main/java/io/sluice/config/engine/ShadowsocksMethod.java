package io.sluice.config.engine;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A method of Shadowsocks, as Xray names them, and the keys that it wants.
 *
 * @param word its name
 * @param keyLength octets of a key; 0 where a password is asked for
 */
record ShadowsocksMethod(String word, int keyLength) {

    private static final Map<String, Integer> KEYS =
            Map.of("2022-blake3-aes-128-gcm", 16, "2022-blake3-aes-256-gcm", 32, "2022-blake3-chacha20-poly1305", 32);

    private static final List<String> WORDS = List.of(
            "2022-blake3-aes-128-gcm",
            "2022-blake3-aes-256-gcm",
            "2022-blake3-chacha20-poly1305",
            "aes-128-gcm",
            "aes-256-gcm",
            "chacha20-ietf-poly1305",
            "chacha20-poly1305",
            "xchacha20-ietf-poly1305",
            "xchacha20-poly1305",
            "aead_aes_128_gcm",
            "aead_aes_256_gcm",
            "aead_chacha20_poly1305",
            "aead_xchacha20_poly1305");

    /** In these nothing, or nothing that holds, is encrypted. */
    private static final List<String> REMOVED = List.of("none", "plain");

    static Optional<ShadowsocksMethod> read(Section section) {
        Optional<Located<String>> written =
                section.required("method", "write e.g. \"method\": \"" + WORDS.getFirst() + "\"");
        if (written.isPresent() && REMOVED.contains(written.get().value())) {
            section.problems()
                    .add(
                            ProblemCode.NOT_SUPPORTED,
                            written.get().at(),
                            written.get().path(),
                            "The method '" + written.get().value() + "' encrypts nothing; Xray has removed it too.",
                            "use " + WORDS.getFirst() + " at both ends");
            return Optional.empty();
        }
        return section.word("method", WORDS)
                .map(w -> new ShadowsocksMethod(w.value(), KEYS.getOrDefault(w.value(), 0)));
    }

    /** Identity headers need AES. */
    boolean hasIdentityHeaders() {
        return keyLength > 0 && !word.contains("chacha20");
    }

    /**
     * Reads {@code password}: any for the older methods, keys in Base64 for those of 2022.
     *
     * @param several whether identity keys may stand before it, divided by colons
     */
    Optional<String> password(Section section, boolean several) {
        Optional<Located<String>> password =
                Passwords.uncovered(section.required("password", "write \"password\": \"…\""), section.problems());
        return password.filter(p -> isUsable(p, section, several)).map(Located::value);
    }

    private boolean isUsable(Located<String> password, Section section, boolean several) {
        if (keyLength == 0) {
            return !password.value().isEmpty() || fault(password, section, "The password is empty.");
        }
        String[] keys = password.value().split(":", -1);
        if (keys.length > 1 && !(several && hasIdentityHeaders())) {
            return fault(password, section, "This is more than one key, but one is wanted here.");
        }
        return Arrays.stream(keys).allMatch(this::isKey)
                || fault(password, section, "This is not a key of " + keyLength + " octets in Base64.");
    }

    private boolean isKey(String text) {
        try {
            return Base64.getDecoder().decode(text).length == keyLength;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private boolean fault(Located<String> password, Section section, String sentence) {
        section.problems()
                .add(
                        ProblemCode.BAD_KEY,
                        password.at(),
                        password.path(),
                        sentence,
                        keyLength == 0 ? "write the server's" : "make one with: openssl rand -base64 " + keyLength);
        return false;
    }
}

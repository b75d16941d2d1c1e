package io.sluice.shadowsocks;

import io.sluice.shadowsocks.crypto.AeadAlgorithm;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What both ends must agree upon: edition, cipher, lengths (SIP004, SIP022 §2.1). */
public enum Method {
    AES_128_GCM("aes-128-gcm", Edition.AEAD, AeadAlgorithm.AES_GCM, 16, "aead_aes_128_gcm"),
    AES_256_GCM("aes-256-gcm", Edition.AEAD, AeadAlgorithm.AES_GCM, 32, "aead_aes_256_gcm"),
    CHACHA20_IETF_POLY1305(
            "chacha20-ietf-poly1305",
            Edition.AEAD,
            AeadAlgorithm.CHACHA20_POLY1305,
            32,
            "chacha20-poly1305",
            "aead_chacha20_poly1305"),
    XCHACHA20_IETF_POLY1305(
            "xchacha20-ietf-poly1305",
            Edition.AEAD,
            AeadAlgorithm.XCHACHA20_POLY1305,
            32,
            "xchacha20-poly1305",
            "aead_xchacha20_poly1305"),
    BLAKE3_AES_128_GCM("2022-blake3-aes-128-gcm", Edition.AEAD_2022, AeadAlgorithm.AES_GCM, 16),
    BLAKE3_AES_256_GCM("2022-blake3-aes-256-gcm", Edition.AEAD_2022, AeadAlgorithm.AES_GCM, 32),
    BLAKE3_CHACHA20_POLY1305("2022-blake3-chacha20-poly1305", Edition.AEAD_2022, AeadAlgorithm.CHACHA20_POLY1305, 32);

    /** The protocol's generations. */
    public enum Edition {
        /** 2017, SIP004: password, HKDF-SHA1, chunks of at most 0x3FFF octets; the two upper bits of a length are reserved. */
        AEAD(0x3FFF),
        /** 2022, SIP022: key, BLAKE3, times in headers, chunks of at most 0xFFFF octets. */
        AEAD_2022(0xFFFF);

        private final int maxChunk;

        Edition(int maxChunk) {
            this.maxChunk = maxChunk;
        }

        /** Longest payload of one chunk, in octets. */
        public int maxChunk() {
            return maxChunk;
        }
    }

    private final String word;
    private final Edition edition;
    private final AeadAlgorithm algorithm;
    private final int keyLength;
    private final List<String> aliases;

    Method(String word, Edition edition, AeadAlgorithm algorithm, int keyLength, String... aliases) {
        this.word = word;
        this.edition = edition;
        this.algorithm = algorithm;
        this.keyLength = keyLength;
        this.aliases = List.of(aliases);
    }

    /** By its name or one that Xray reads too; case is ignored. */
    public static Optional<Method> of(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(m -> m.word.equals(lower) || m.aliases.contains(lower))
                .findFirst();
    }

    /** As configurations and links spell it. */
    public String word() {
        return word;
    }

    public Edition edition() {
        return edition;
    }

    public boolean is2022() {
        return edition == Edition.AEAD_2022;
    }

    public AeadAlgorithm algorithm() {
        return algorithm;
    }

    /** Octets of a key; of a salt too: both editions take as many for it. */
    public int keyLength() {
        return keyLength;
    }

    public int saltLength() {
        return keyLength;
    }

    /** Whether identity headers are defined: they need a block cipher (2022 extensible identity headers). */
    public boolean hasIdentityHeaders() {
        return is2022() && algorithm == AeadAlgorithm.AES_GCM;
    }
}

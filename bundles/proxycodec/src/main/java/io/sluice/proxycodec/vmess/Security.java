package io.sluice.proxycodec.vmess;

import java.util.Optional;

/** How the payload is sealed; {@code common/protocol/headers.proto}. Legacy (1), none (5) and zero (6) are not spoken, here as in Xray. */
public enum Security {
    AES_128_GCM(3, "aes-128-gcm"),
    CHACHA20_POLY1305(4, "chacha20-poly1305");

    private final int code;
    private final String word;

    Security(int code, String word) {
        this.code = code;
        this.word = word;
    }

    int code() {
        return code;
    }

    /** As a configuration has it. */
    public String word() {
        return word;
    }

    static Optional<Security> of(int code) {
        return switch (code) {
            case 3 -> Optional.of(AES_128_GCM);
            case 4 -> Optional.of(CHACHA20_POLY1305);
            default -> Optional.empty();
        };
    }

    /** The key of the payload's cipher; {@code GenerateChacha20Poly1305Key} of {@code proxy/vmess/encoding/auth.go} for the longer one. */
    Aead aead(byte[] key) {
        if (this == AES_128_GCM) {
            return Aead.aesGcm(key);
        }
        byte[] first = VmessId.digest("MD5", key);
        byte[] second = VmessId.digest("MD5", first);
        byte[] both = new byte[32];
        System.arraycopy(first, 0, both, 0, 16);
        System.arraycopy(second, 0, both, 16, 16);
        return Aead.chaCha20(both);
    }
}

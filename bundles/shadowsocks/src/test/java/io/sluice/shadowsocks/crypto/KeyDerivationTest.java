package io.sluice.shadowsocks.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.shadowsocks.Method;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class KeyDerivationTest {

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static String hkdf(String key, String salt, String info, int length) {
        return HexFormat.of().formatHex(KeyDerivation.hkdfSha1(hex(key), hex(salt), hex(info), length));
    }

    /** RFC 5869 appendices A.4, A.5 and A.6: the test cases with SHA-1. */
    @Test
    void hkdfSha1() {
        assertThat(hkdf("0b".repeat(11), "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9", 42))
                .isEqualTo("085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896");
        assertThat(hkdf(range(0x00, 0x50), range(0x60, 0xb0), range(0xb0, 0x100), 82))
                .isEqualTo(
                        "0bd770a74d1160f7c9f12cd5912a06ebff6adcae899d92191fe4305673ba2ffe8fa3f1a4e5ad79f3f334b3b202b2173c"
                                + "486ea37ce3d397ed034c7f9dfeb15c5e927336d0441f4c4300e2cff0d0900b52d3b4");
        assertThat(hkdf("0b".repeat(22), "", "", 42))
                .isEqualTo("0ac1af7002b3d761d1e55298da9d0506b9ae52057220a306e07b6b87e8df21d0ea00033de03984d34918");
    }

    private static String range(int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append("%02x".formatted(i));
        }
        return text.toString();
    }

    /** OpenSSL: {@code openssl enc -aes-256-cbc -md md5 -nosalt -k 'barfoo!' -P}. */
    @Test
    void passwordKey() {
        assertThat(HexFormat.of().formatHex(KeyDerivation.passwordKey("barfoo!", 32)))
                .isEqualTo("b3adc47839e047eb228870526dc8fc30b347287ffca3045dcea06b3fdf090acb");
        assertThat(HexFormat.of().formatHex(KeyDerivation.passwordKey("barfoo!", 16)))
                .isEqualTo("b3adc47839e047eb228870526dc8fc30");
    }

    /** Computed with Python's hmac. */
    @Test
    void sessionSubkey() {
        byte[] salt = hex(range(0, 32));
        byte[] key = KeyDerivation.passwordKey("barfoo!", 32);
        assertThat(HexFormat.of().formatHex(KeyDerivation.sessionSubkey(Method.AES_256_GCM, key, salt)))
                .isEqualTo("6e62f41174d7879ffea269ebf7805b730f62002e2b461f4dcb2a21dfb6f6423e");
        byte[] context = "shadowsocks 2022 session subkey".getBytes(StandardCharsets.US_ASCII);
        assertThat(KeyDerivation.sessionSubkey(Method.BLAKE3_AES_256_GCM, key, salt))
                .as("BLAKE3 of key and salt under %d octets of context", context.length)
                .isEqualTo(Blake3.deriveKey(
                        "shadowsocks 2022 session subkey", hex(HexFormat.of().formatHex(key) + range(0, 32)), 32));
    }
}

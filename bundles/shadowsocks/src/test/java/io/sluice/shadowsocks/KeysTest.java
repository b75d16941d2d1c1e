package io.sluice.shadowsocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeysTest {

    private static String key(int length) {
        return Base64.getEncoder().encodeToString(new byte[length]);
    }

    @Test
    void methods_areReadByEveryName() {
        assertThat(Method.of("AEAD_CHACHA20_POLY1305")).contains(Method.CHACHA20_IETF_POLY1305);
        assertThat(Method.of("aes-128-gcm")).contains(Method.AES_128_GCM);
        assertThat(Method.of("2022-blake3-chacha20-poly1305")).contains(Method.BLAKE3_CHACHA20_POLY1305);
        assertThat(Method.of("rc4-md5")).isEmpty();
        assertThat(Method.of("none")).isEmpty();
    }

    /** P11: a key of another length. */
    @Test
    void keyOfWrongLength_isRefusedWithoutBeingShown() {
        for (int length : new int[] {0, 15, 17, 24, 31, 33}) {
            String text = key(length);
            assertThatThrownBy(() -> ClientKeys.of(Method.BLAKE3_AES_256_GCM, text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .satisfies(e -> assertThat(length == 0 || !e.getMessage().contains(text))
                            .isTrue());
        }
        assertThatThrownBy(() -> ClientKeys.of(Method.BLAKE3_AES_128_GCM, "not base 64 but secret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> ClientKeys.of(Method.AES_128_GCM, "")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void chain_isForIdentityHeadersOnly() {
        String chain = key(16) + ":"
                + Base64.getEncoder()
                        .encodeToString(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
        ClientKeys keys = ClientKeys.of(Method.BLAKE3_AES_128_GCM, chain);
        assertThat(keys.chain()).hasSize(2);
        assertThat(keys.identities()).hasSize(1);
        assertThat(keys.key()[0]).isEqualTo((byte) 1);
        assertThatThrownBy(() -> ClientKeys.of(Method.BLAKE3_CHACHA20_POLY1305, key(32) + ":" + key(32)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(ClientKeys.of(Method.AES_128_GCM, "pass:word").chain())
                .as("a password may have a colon")
                .hasSize(1);
    }

    @Test
    void users_needAMethodAndKeysOfTheirOwn() {
        assertThatThrownBy(() -> ServerKeys.of(Method.AES_128_GCM, "x", Map.of("a", "y")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ServerKeys.of(Method.BLAKE3_AES_128_GCM, key(16), Map.of("a", key(16), "b", key(16))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one key");
        assertThat(ServerKeys.of(Method.BLAKE3_AES_128_GCM, key(16), Map.of("a", key(16)))
                        .toString())
                .isEqualTo("2022-blake3-aes-128-gcm with 1 users");
    }
}

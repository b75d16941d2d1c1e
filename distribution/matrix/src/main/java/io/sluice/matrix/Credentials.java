package io.sluice.matrix;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.UUID;

/**
 * What client and server of a run know in common.
 *
 * @param keys16 a key of 16 octets in base64, as Shadowsocks 2022 wants it
 */
record Credentials(String user, String password, UUID id, String keys16, String keys32) {

    static Credentials fresh() {
        SecureRandom random = new SecureRandom();
        byte[] octets = new byte[32];
        random.nextBytes(octets);
        String password = HexFormat.of().formatHex(octets, 0, 12);
        random.nextBytes(octets);
        byte[] half = java.util.Arrays.copyOf(octets, 16);
        return new Credentials(
                "alice",
                password,
                UUID.randomUUID(),
                Base64.getEncoder().encodeToString(half),
                Base64.getEncoder().encodeToString(octets));
    }

    /** The same but for what the server asks for. */
    Credentials wrong() {
        return fresh();
    }

    /** The password or key that Shadowsocks has with this method. */
    String shadowsocksKey(Carrier carrier) {
        if (!carrier.is2022()) {
            return password;
        }
        return carrier.variant().equals("2022-blake3-aes-128-gcm") ? keys16 : keys32;
    }
}

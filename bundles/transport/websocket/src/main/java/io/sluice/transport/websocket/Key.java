package io.sluice.transport.websocket;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** The proof that the other side speaks WebSocket (RFC 6455 §4.1, §4.2.2). */
final class Key {

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int OCTETS = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Key() {}

    static String fresh() {
        byte[] nonce = new byte[OCTETS];
        RANDOM.nextBytes(nonce);
        return Base64.getEncoder().encodeToString(nonce);
    }

    /** Whether it decodes to 16 octets. */
    static boolean isOne(String key) {
        try {
            return Base64.getDecoder().decode(key).length == OCTETS;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static String accept(String key) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1")
                            .digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

package io.sluice.proxycodec.vmess;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * VMess's key derivation ({@code proxy/vmess/aead/kdf.go}): HMAC whose hash is HMAC whose hash is … HMAC-SHA256 with a fixed key. Each step of the path
 * is the key of one level.
 */
final class Kdf {

    private static final byte[] ROOT = ascii("VMess AEAD KDF");

    /** Block length of SHA-256, which all levels inherit; RFC 2104 §2. */
    private static final int BLOCK = 64;

    private final Mac root;

    Kdf() {
        try {
            root = Mac.getInstance("HmacSHA256");
            root.init(new SecretKeySpec(ROOT, "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no HmacSHA256", e);
        }
    }

    /** 32 octets. No step of the path is longer than 64. */
    byte[] derive(byte[] key, byte[]... path) {
        return hash(path, path.length, key);
    }

    byte[] derive(int length, byte[] key, byte[]... path) {
        return Arrays.copyOf(derive(key, path), length);
    }

    private byte[] hash(byte[][] path, int level, byte[] message) {
        if (level == 0) {
            return root.doFinal(message);
        }
        byte[] key = path[level - 1];
        byte[] inner = hash(path, level - 1, padded(key, 0x36, message));
        return hash(path, level - 1, padded(key, 0x5c, inner));
    }

    private static byte[] padded(byte[] key, int pad, byte[] message) {
        byte[] all = new byte[BLOCK + message.length];
        System.arraycopy(key, 0, all, 0, key.length);
        for (int i = 0; i < BLOCK; i++) {
            all[i] ^= (byte) pad;
        }
        System.arraycopy(message, 0, all, BLOCK, message.length);
        return all;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

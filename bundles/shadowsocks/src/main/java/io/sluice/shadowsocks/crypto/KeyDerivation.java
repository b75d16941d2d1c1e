package io.sluice.shadowsocks.crypto;

import io.sluice.shadowsocks.Method;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** From passwords and keys to the subkeys of sessions. */
public final class KeyDerivation {

    /** SIP004: the info of HKDF. */
    private static final byte[] SUBKEY_INFO = "ss-subkey".getBytes(StandardCharsets.US_ASCII);

    /** SIP022 §2.2. */
    private static final String SESSION_CONTEXT = "shadowsocks 2022 session subkey";

    /** 2022 extensible identity headers. */
    private static final String IDENTITY_CONTEXT = "shadowsocks 2022 identity subkey";

    private KeyDerivation() {}

    /** OpenSSL's EVP_BytesToKey with MD5, one round and no salt, as SIP004 has it: MD5(p), MD5(previous, p), … */
    public static byte[] passwordKey(String password, int length) {
        try {
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            byte[] octets = password.getBytes(StandardCharsets.UTF_8);
            byte[] key = new byte[length];
            byte[] last = {};
            for (int done = 0; done < length; done += last.length) {
                md5.update(last);
                last = md5.digest(octets);
                System.arraycopy(last, 0, key, done, Math.min(last.length, length - done));
            }
            return key;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has MD5", e);
        }
    }

    /** The subkey of one session: HKDF-SHA1 (SIP004) or BLAKE3's key derivation of key and salt (SIP022 §2.2). */
    public static byte[] sessionSubkey(Method method, byte[] key, byte[] salt) {
        return method.is2022()
                ? Blake3.deriveKey(SESSION_CONTEXT, joined(key, salt), method.keyLength())
                : hkdfSha1(key, salt, SUBKEY_INFO, method.keyLength());
    }

    /** The AES key of a stream's identity header. */
    public static byte[] identitySubkey(byte[] key, byte[] salt) {
        return Blake3.deriveKey(IDENTITY_CONTEXT, joined(key, salt), key.length);
    }

    /** RFC 5869 with SHA-1. */
    static byte[] hkdfSha1(byte[] key, byte[] salt, byte[] info, int length) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            // RFC 5869 §2.2: without a salt, zeros of the hash's length.
            mac.init(new SecretKeySpec(salt.length == 0 ? new byte[mac.getMacLength()] : salt, "HmacSHA1"));
            mac.init(new SecretKeySpec(mac.doFinal(key), "HmacSHA1"));
            byte[] output = new byte[length];
            byte[] last = {};
            for (int done = 0, counter = 1; done < length; done += last.length, counter++) {
                mac.update(last);
                mac.update(info);
                mac.update((byte) counter);
                last = mac.doFinal();
                System.arraycopy(last, 0, output, done, Math.min(last.length, length - done));
            }
            return output;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA1", e);
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}

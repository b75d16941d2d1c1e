package io.sluice.shadowsocks;

import io.sluice.shadowsocks.crypto.KeyDerivation;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reads keys as people write them. What is wrong is said without the key. */
final class PreSharedKeys {

    private PreSharedKeys() {}

    /** One key: from a password (SIP004), or as Base64 of exactly the method's length (SIP022 §2.1: nothing else may be done to it). */
    static byte[] key(Method method, String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("the password is empty");
        }
        return method.is2022() ? decoded(method, text) : KeyDerivation.passwordKey(text, method.keyLength());
    }

    /** Keys divided by colons: identity keys first, the user's own last. */
    static List<byte[]> chain(Method method, String text) {
        if (!method.is2022() || text.indexOf(':') < 0) {
            return List.of(key(method, text));
        }
        if (!method.hasIdentityHeaders()) {
            throw new IllegalArgumentException(
                    method.word() + " has no identity headers, so its password is one key, without colons");
        }
        List<byte[]> keys = new ArrayList<>();
        for (String part : text.split(":", -1)) {
            keys.add(key(method, part));
        }
        return List.copyOf(keys);
    }

    private static byte[] decoded(Method method, String text) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            // The decoder's own words quote the text.
            throw new IllegalArgumentException("the password of " + method.word() + " must be a key in Base64");
        }
        if (key.length != method.keyLength()) {
            throw new IllegalArgumentException("the key of " + method.word() + " has " + method.keyLength()
                    + " octets, but this one has " + key.length + "; make one with: openssl rand -base64 "
                    + method.keyLength());
        }
        return key;
    }
}

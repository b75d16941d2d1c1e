package io.sluice.rest.engine;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Random secrets and the digests they are kept as. */
public final class Secrets {

    /** 256 bits: nobody guesses that, so no slow hash is needed. */
    private static final int OCTETS = 32;

    private final RandomGenerator random;

    /** @param random a cryptographically strong source */
    public Secrets(RandomGenerator random) {
        this.random = random;
    }

    /** 43 characters of the URL-safe alphabet (RFC 4648 §5). */
    public String fresh() {
        byte[] octets = new byte[OCTETS];
        random.nextBytes(octets);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }

    /** SHA-256 in hexadecimal. */
    public static String digest(String secret) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Compares digests in a time that does not depend on where they differ. */
    public static boolean same(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
    }
}

package io.sluice.proxycodec.trojan;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a password is sent as: hex(SHA-224(password)), 56 octets. It admits like the password, so it shows nothing when printed. */
public final class TrojanKey {

    public static final int LENGTH = 56;

    private final byte[] digits;

    private TrojanKey(byte[] digits) {
        this.digits = digits;
    }

    public static TrojanKey of(String password) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-224").digest(password.getBytes(StandardCharsets.UTF_8));
            return new TrojanKey(HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-224", e);
        }
    }

    /** Whether an octet can stand in a key: a lower-case hexadecimal digit. */
    public static boolean isDigit(int octet) {
        return octet >= '0' && octet <= '9' || octet >= 'a' && octet <= 'f';
    }

    /** A copy. */
    public byte[] octets() {
        return digits.clone();
    }

    void write(ByteBuf out) {
        out.writeBytes(digits);
    }

    @Override
    public String toString() {
        return "TrojanKey";
    }
}

package io.sluice.proxycodec.vmess;

import io.sluice.proxycodec.v2ray.UserId;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A user's id, which is the only secret there is, and the keys that follow from it. Immutable. Shows nothing of itself. */
public final class VmessId {

    /** {@code common/protocol/id.go}. */
    private static final byte[] COMMAND_KEY_SALT = Kdf.ascii("c48619fe-8f02-49e0-b9e9-edf763e17e21");

    private static final byte[] AUTH_ID_SALT = Kdf.ascii("AES Auth ID Encryption");

    private final UserId user;
    private final byte[] commandKey;
    private final SecretKeySpec authIdKey;

    public VmessId(UserId user) {
        this.user = user;
        this.commandKey = digest("MD5", user.octets(), COMMAND_KEY_SALT);
        this.authIdKey = new SecretKeySpec(new Kdf().derive(16, commandKey, AUTH_ID_SALT), "AES");
    }

    /**
     * @param text as {@link UserId#of(String)} takes it
     * @throws IllegalArgumentException what is wrong, without the text
     */
    public static VmessId of(String text) {
        return new VmessId(UserId.of(text));
    }

    /** A copy. */
    public byte[] octets() {
        return user.octets();
    }

    /** Borrowed. */
    byte[] commandKey() {
        return commandKey;
    }

    SecretKeySpec authIdKey() {
        return authIdKey;
    }

    /** A number that follows from the identity but does not tell it. */
    long seed(String purpose) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Kdf.ascii(purpose), "HmacSHA256"));
            return ByteBuffer.wrap(mac.doFinal(octets())).getLong();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no HmacSHA256", e);
        }
    }

    static byte[] digest(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + algorithm, e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VmessId id && user.equals(id.user);
    }

    @Override
    public int hashCode() {
        return user.hashCode();
    }

    @Override
    public String toString() {
        return "VmessId";
    }
}

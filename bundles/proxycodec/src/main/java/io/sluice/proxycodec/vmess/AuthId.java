package io.sluice.proxycodec.vmess;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32;
import javax.crypto.Cipher;

/**
 * The first 16 octets of a connection ({@code proxy/vmess/aead/authid.go}): one AES block under a key of the user.
 *
 * <pre>
 *  0               8           12          16
 *  +---------------+-----------+-----------+
 *  | seconds, UTC  |  random   |  CRC-32   |
 *  +---------------+-----------+-----------+
 * </pre>
 */
final class AuthId {

    static final int LENGTH = 16;

    private static final int CHECKED = 12;

    private AuthId() {}

    static byte[] create(VmessId id, long epochSeconds, RandomGenerator random) {
        ByteBuffer plain = ByteBuffer.allocate(LENGTH).putLong(epochSeconds).putInt(random.nextInt());
        plain.putInt(crc(plain.array()));
        return crypt(cipher(Cipher.ENCRYPT_MODE, id), plain.array());
    }

    /** A cipher that opens the user's. One thread. */
    static Cipher opener(VmessId id) {
        return cipher(Cipher.DECRYPT_MODE, id);
    }

    /**
     * The seconds in it, or -1 where it is not this user's (or was made before 1970).
     *
     * @param opener of {@link #opener}
     */
    static long open(Cipher opener, byte[] sealed) {
        byte[] plain = crypt(opener, sealed);
        ByteBuffer fields = ByteBuffer.wrap(plain);
        return fields.getInt(CHECKED) == crc(plain) ? Math.max(-1, fields.getLong(0)) : -1;
    }

    private static int crc(byte[] plain) {
        CRC32 crc = new CRC32();
        crc.update(plain, 0, CHECKED);
        return (int) crc.getValue();
    }

    private static Cipher cipher(int mode, VmessId id) {
        try {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(mode, id.authIdKey());
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no AES", e);
        }
    }

    private static byte[] crypt(Cipher cipher, byte[] block) {
        try {
            return cipher.doFinal(block, 0, LENGTH);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES refuses a block of its own size", e);
        }
    }
}

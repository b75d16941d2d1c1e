package io.sluice.shadowsocks.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/** AES on single blocks, for separate headers and identity headers. One loop, one direction. */
public final class BlockCipher {

    public static final int BLOCK = 16;

    private final Cipher cipher;

    private BlockCipher(int mode, byte[] key) {
        try {
            cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has AES", e);
        }
    }

    public static BlockCipher encrypting(byte[] key) {
        return new BlockCipher(Cipher.ENCRYPT_MODE, key);
    }

    public static BlockCipher decrypting(byte[] key) {
        return new BlockCipher(Cipher.DECRYPT_MODE, key);
    }

    /** One block; the two may be the same place. */
    public void apply(byte[] in, int offset, byte[] out, int outOffset) {
        try {
            cipher.doFinal(in, offset, BLOCK, out, outOffset);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a whole block is always taken", e);
        }
    }
}

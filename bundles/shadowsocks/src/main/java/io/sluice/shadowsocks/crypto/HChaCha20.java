package io.sluice.shadowsocks.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The subkey of XChaCha20 (draft-irtf-cfrg-xchacha-03 §2.2), out of the JDK's ChaCha20: HChaCha20 is the ChaCha20 block function without its
 * last addition, for a state whose counter and nonce are 16 octets of the long nonce. So it is one block of key stream with that state
 * subtracted again; of the words that are wanted the subtrahend is the constants (first row) and the nonce (last row).
 */
final class HChaCha20 {

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int BLOCK = 64;

    /** "expand 32-byte k", RFC 8439 §2.3. */
    private static final int[] CONSTANTS = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

    private HChaCha20() {}

    /** @param nonce at least 16 octets; those are taken */
    static byte[] subkey(byte[] key, byte[] nonce) {
        byte[] block = new byte[BLOCK];
        byte[] last = new byte[12];
        System.arraycopy(nonce, 4, last, 0, last.length);
        try {
            Cipher chacha = Cipher.getInstance("ChaCha20");
            chacha.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "ChaCha20"), new ChaCha20ParameterSpec(last, (int)
                    INT.get(nonce, 0)));
            chacha.doFinal(block, 0, BLOCK, block, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks ChaCha20", e);
        }
        byte[] subkey = new byte[32];
        for (int i = 0; i < 4; i++) {
            INT.set(subkey, 4 * i, (int) INT.get(block, 4 * i) - CONSTANTS[i]);
            INT.set(subkey, 16 + 4 * i, (int) INT.get(block, 48 + 4 * i) - (int) INT.get(nonce, 4 * i));
        }
        return subkey;
    }

    /** The nonce for RFC 8439: four zeros and the last 8 octets of the long one. */
    static byte[] restOfNonce(byte[] nonce) {
        byte[] rest = new byte[12];
        System.arraycopy(nonce, 16, rest, 4, 8);
        return rest;
    }
}

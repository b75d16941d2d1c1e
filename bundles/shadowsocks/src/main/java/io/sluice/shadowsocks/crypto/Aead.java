package io.sluice.shadowsocks.crypto;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One algorithm and a key, without associated data. Holds one JCE cipher, which is initialised for every message: 0.1 µs with AES-GCM.
 *
 * <p>One loop; for one direction, since turning the cipher round would cost its key schedule.
 */
public final class Aead {

    /** Octets of the tag behind every message. */
    public static final int TAG_LENGTH = 16;

    private final AeadAlgorithm algorithm;
    private final Cipher cipher;
    private byte[] key;
    private SecretKeySpec spec;

    public Aead(AeadAlgorithm algorithm, byte[] key) {
        this.algorithm = algorithm;
        try {
            cipher = Cipher.getInstance(algorithm == AeadAlgorithm.AES_GCM ? "AES/GCM/NoPadding" : "ChaCha20-Poly1305");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks " + algorithm, e);
        }
        key(key);
    }

    /** Another key from now on. */
    public void key(byte[] next) {
        key = next.clone();
        spec = new SecretKeySpec(key, algorithm == AeadAlgorithm.AES_GCM ? "AES" : "ChaCha20");
    }

    /**
     * Encrypts in place and adds the tag.
     *
     * @param nonce of the algorithm's length; never twice with one key
     * @param array has room for the tag behind the plaintext
     */
    public void seal(byte[] nonce, byte[] array, int offset, int length) {
        try {
            begin(Cipher.ENCRYPT_MODE, nonce);
            cipher.doFinal(array, offset, length, array, offset);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing failed", e);
        }
    }

    /**
     * Decrypts.
     *
     * @param in another array than {@code out}. With one array the JDK (25, {@code GaloisCounterMode.overlapDetection}) decrypts into a new one of the same
     *     length if the ciphertext lies before the plaintext, and in two passes instead of one otherwise. Heap buffers of Netty's pool share arrays of 4 MiB.
     * @param length with the tag, at least {@link #TAG_LENGTH}
     * @return false if the tag does not match; then nothing of the plaintext is to be seen
     */
    public boolean open(byte[] nonce, byte[] in, int offset, int length, byte[] out, int outOffset) {
        try {
            begin(Cipher.DECRYPT_MODE, nonce);
            cipher.doFinal(in, offset, length, out, outOffset);
            return true;
        } catch (AEADBadTagException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("opening failed", e);
        }
    }

    private void begin(int mode, byte[] nonce) throws GeneralSecurityException {
        switch (algorithm) {
            case AES_GCM -> cipher.init(mode, spec, new GCMParameterSpec(TAG_LENGTH * Byte.SIZE, nonce));
            case CHACHA20_POLY1305 -> cipher.init(mode, spec, new IvParameterSpec(nonce));
            case XCHACHA20_POLY1305 -> {
                SecretKeySpec subkey = new SecretKeySpec(HChaCha20.subkey(key, nonce), "ChaCha20");
                AlgorithmParameterSpec rest = new IvParameterSpec(HChaCha20.restOfNonce(nonce));
                cipher.init(mode, subkey, rest);
            }
        }
    }
}

package io.sluice.proxycodec.vmess;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.function.Function;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** One key of AES-128-GCM or ChaCha20-Poly1305 (RFC 5116: 12-octet nonces, 16-octet tags), its cipher kept. Arrays only: that is what the JDK is fast at. */
final class Aead {

    static final int TAG = 16;
    static final int NONCE = 12;

    private final Cipher cipher;
    private final SecretKeySpec key;
    private final Function<byte[], AlgorithmParameterSpec> parameters;

    private Aead(String transformation, SecretKeySpec key, Function<byte[], AlgorithmParameterSpec> parameters) {
        try {
            this.cipher = Cipher.getInstance(transformation);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + transformation, e);
        }
        this.key = key;
        this.parameters = parameters;
    }

    static Aead aesGcm(byte[] key) {
        return new Aead(
                "AES/GCM/NoPadding", new SecretKeySpec(key, "AES"), nonce -> new GCMParameterSpec(8 * TAG, nonce));
    }

    static Aead chaCha20(byte[] key) {
        return new Aead("ChaCha20-Poly1305", new SecretKeySpec(key, "ChaCha20"), IvParameterSpec::new);
    }

    /** Writes {@code length + TAG} octets to {@code out}, which is another array than {@code in}: on one the JDK would make a copy. */
    void seal(byte[] nonce, byte[] associated, byte[] in, int length, byte[] out, int outAt) {
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, parameters.apply(nonce));
            if (associated != null) {
                cipher.updateAAD(associated);
            }
            cipher.doFinal(in, 0, length, out, outAt);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing failed", e);
        }
    }

    /**
     * Writes {@code length - TAG} octets to {@code out}, which is another array than {@code in}.
     *
     * @param length with the tag
     * @return false if the tag does not fit; what is in {@code out} then means nothing
     */
    boolean open(byte[] nonce, byte[] associated, byte[] in, int inAt, int length, byte[] out) {
        try {
            cipher.init(Cipher.DECRYPT_MODE, key, parameters.apply(nonce));
            if (associated != null) {
                cipher.updateAAD(associated);
            }
            cipher.doFinal(in, inAt, length, out, 0);
            return true;
        } catch (AEADBadTagException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("opening failed", e);
        }
    }
}

package io.sluice.shadowsocks.crypto;

/** Authenticated encryption with 16 octets of tag. */
public enum AeadAlgorithm {
    /** NIST SP 800-38D; the key's length says which AES. */
    AES_GCM(12),
    /** RFC 8439. */
    CHACHA20_POLY1305(12),
    /** draft-irtf-cfrg-xchacha-03. */
    XCHACHA20_POLY1305(24);

    private final int nonceLength;

    AeadAlgorithm(int nonceLength) {
        this.nonceLength = nonceLength;
    }

    public int nonceLength() {
        return nonceLength;
    }
}

package io.sluice.proxycodec.vmess;

import org.bouncycastle.crypto.digests.SHAKEDigest;

/** SHAKE128 (FIPS 202 §6.2) as an endless stream of octets that follows from a seed. */
final class ShakeStream {

    /** What one permutation gives. */
    private static final int RATE = 168;

    private final SHAKEDigest shake = new SHAKEDigest(128);
    private final byte[] block = new byte[RATE];
    private int used = RATE;

    ShakeStream(byte[] seed) {
        shake.update(seed, 0, seed.length);
    }

    /** 16 bits, the first octet the higher. */
    int nextShort() {
        return nextOctet() << 8 | nextOctet();
    }

    private int nextOctet() {
        if (used == RATE) {
            shake.doOutput(block, 0, RATE);
            used = 0;
        }
        return block[used++] & 0xff;
    }

    void fill(byte[] target, int at, int length) {
        for (int i = 0; i < length; i++) {
            target[at + i] = (byte) nextOctet();
        }
    }
}

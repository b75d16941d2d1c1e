package io.sluice.proxycodec.vmess;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The keys of one connection, which the client chooses. Shows nothing of itself.
 *
 * @param requestKey 16 octets
 * @param requestIv 16 octets
 * @param check an octet that the response repeats
 */
record Session(byte[] requestKey, byte[] requestIv, int check) {

    static Session create(RandomGenerator random) {
        byte[] key = new byte[16];
        byte[] iv = new byte[16];
        random.nextBytes(key);
        random.nextBytes(iv);
        return new Session(key, iv, random.nextInt(256));
    }

    byte[] responseKey() {
        return Arrays.copyOf(VmessId.digest("SHA-256", requestKey), 16);
    }

    byte[] responseIv() {
        return Arrays.copyOf(VmessId.digest("SHA-256", requestIv), 16);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "Session";
    }
}

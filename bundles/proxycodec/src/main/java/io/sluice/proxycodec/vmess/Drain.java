package io.sluice.proxycodec.vmess;

import java.util.random.RandomGenerator;

/**
 * How much a client still reads of an answer that is not for it ({@code common/drain} of v2ray). Closing at the octet that gave it away would tell whoever
 * damages octets on the way where a field ends; so it is an amount that follows from the key, the same on every day, and a few octets of chance.
 *
 * <p>A server has none: it reads whatever a stranger sends until he ends, or the time for a handshake is over.
 *
 * @param base octets
 */
record Drain(int base) {

    /** v2ray's: the sealed length of a response, and its spread. */
    private static final int FOUNDATION = 18;

    private static final int SPREAD = 3_266;

    private static final int CHANCE = 64;

    static Drain of(VmessId id) {
        return new Drain(FOUNDATION + (int) Math.floorMod(id.seed("VMessBF"), (long) SPREAD));
    }

    int amount(RandomGenerator random) {
        return base + random.nextInt(CHANCE);
    }
}

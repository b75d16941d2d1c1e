package io.sluice.shadowsocks.stream;

import io.sluice.shadowsocks.ServerKeys;
import io.sluice.shadowsocks.replay.SaltFilter;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What all streams of one server share.
 *
 * @param keys method and keys
 * @param salts which requests came already
 * @param epochSeconds the time of day, for SIP022
 * @param nanos a clock that only goes forward, for the filter
 * @param random salts
 */
public record ServerContext(
        ServerKeys keys, SaltFilter salts, LongSupplier epochSeconds, LongSupplier nanos, SecureRandom random) {

    /** SIP022 §3.1.4: salts are kept for 60 seconds. */
    public static final Duration SALT_SPAN = Duration.ofSeconds(60);

    /** Ours: 4,000 new streams a second are remembered for a minute; 33 MiB in two generations of the longest salts when full. */
    public static final int SALTS = 1 << 18;

    /** With a filter as the edition wants it. */
    public static ServerContext of(
            ServerKeys keys, LongSupplier epochSeconds, LongSupplier nanos, SecureRandom random) {
        int length = keys.method().saltLength();
        long seed = random.nextLong();
        SaltFilter salts = keys.method().is2022()
                ? SaltFilter.forSpan(length, SALTS, SALT_SPAN, seed)
                : SaltFilter.forCount(length, SALTS, SALT_SPAN, seed);
        return new ServerContext(keys, salts, epochSeconds, nanos, random);
    }
}

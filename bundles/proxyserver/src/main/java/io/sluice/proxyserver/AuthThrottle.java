package io.sluice.proxyserver;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Slows the guessing of passwords down: who failed five times within a minute waits for each further answer.
 *
 * <p>Bounded: it knows the 4,096 addresses that failed last; an attacker with more addresses than that is not slowed by any table. Any thread.
 */
public final class AuthThrottle {

    /** Ours: a person mistypes less often than that in a minute. */
    static final int FREE_FAILURES = 5;

    /** The span that failures are counted in. */
    static final Duration WINDOW = Duration.ofMinutes(1);

    /** Ours: 60 guesses a minute and address at most, without hurting a person. */
    static final Duration DELAY = Duration.ofSeconds(1);

    /** Ours: about 400 KiB at worst. */
    static final int MAX_ADDRESSES = 4_096;

    private record Failures(int count, long firstNanos) {}

    private final Map<InetAddress, Failures> failures = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Failures> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };

    /** How long this address waits for its verdict now. */
    public synchronized Duration delay(InetAddress address, long nowNanos) {
        Failures known = failures.get(address);
        if (known == null || nowNanos - known.firstNanos > WINDOW.toNanos()) {
            return Duration.ZERO;
        }
        return known.count >= FREE_FAILURES ? DELAY : Duration.ZERO;
    }

    public synchronized void failed(InetAddress address, long nowNanos) {
        Failures known = failures.remove(address);
        boolean anew = known == null || nowNanos - known.firstNanos > WINDOW.toNanos();
        // Taken out and put in again, so that the eldest entry is the one that failed longest ago.
        failures.put(address, anew ? new Failures(1, nowNanos) : new Failures(known.count + 1, known.firstNanos));
    }
}

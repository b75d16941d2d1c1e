package io.sluice.shadowsocks.replay;

import static io.sluice.shadowsocks.replay.SaltFilter.Verdict.FRESH;
import static io.sluice.shadowsocks.replay.SaltFilter.Verdict.FULL;
import static io.sluice.shadowsocks.replay.SaltFilter.Verdict.REPLAYED;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SaltFilterTest {

    private static final Duration SPAN = Duration.ofSeconds(60);

    /** P11 and P27 want a million; a default run makes do with fewer. */
    private static final int FRESH_SALTS = Integer.getInteger("sluice.salts", 200_000);

    private final SecureRandom random = new SecureRandom();

    private static long seconds(double at) {
        return TimeUnit.MILLISECONDS.toNanos(Math.round(at * 1_000));
    }

    private byte[] salt(int length) {
        byte[] salt = new byte[length];
        random.nextBytes(salt);
        return salt;
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32})
    void freshSalts_areNeverTakenForReplays_andAllReplaysAreKnown(int length) {
        SaltFilter filter = SaltFilter.forSpan(length, 1 << 20, SPAN, random.nextLong());
        byte[][] some = new byte[1_000][];
        for (int i = 0; i < FRESH_SALTS; i++) {
            byte[] salt = salt(length);
            if (i % (FRESH_SALTS / 1_000) == 0 && i / (FRESH_SALTS / 1_000) < 1_000) {
                some[i / (FRESH_SALTS / 1_000)] = salt;
            }
            assertThat(filter.add(salt, 0, 0)).as("salt %d", i).isEqualTo(FRESH);
        }
        for (byte[] salt : some) {
            assertThat(filter.add(salt, 0, seconds(1))).isEqualTo(REPLAYED);
        }
        assertThat(filter.size()).isEqualTo(FRESH_SALTS);
    }

    /** P11: again after 1 s and after 59 s; at 61 s the time-stamp refuses it, and the filter may have forgotten. */
    @Test
    void salt_isKnownForASpan_andMemoryComesBack() {
        SaltFilter filter = SaltFilter.forSpan(32, 1 << 10, SPAN, 7);
        byte[] salt = salt(32);
        assertThat(filter.add(salt, 0, seconds(0))).isEqualTo(FRESH);
        assertThat(filter.add(salt, 0, seconds(1))).isEqualTo(REPLAYED);
        assertThat(filter.add(salt, 0, seconds(59))).isEqualTo(REPLAYED);
        byte[] late = salt(32);
        assertThat(filter.add(late, 0, seconds(59.9))).isEqualTo(FRESH);
        assertThat(filter.add(salt(32), 0, seconds(60.1))).isEqualTo(FRESH);
        assertThat(filter.add(late, 0, seconds(119.9))).as("60 s after it came").isEqualTo(REPLAYED);
        assertThat(filter.add(salt(32), 0, seconds(500))).isEqualTo(FRESH);
        assertThat(filter.size()).as("after a long silence").isEqualTo(1);
    }

    @Test
    void fullGeneration_failsClosed_untilItsSpanIsOver() {
        SaltFilter filter = SaltFilter.forSpan(16, 64, SPAN, 7);
        byte[] first = salt(16);
        assertThat(filter.add(first, 0, 0)).isEqualTo(FRESH);
        for (int i = 1; i < 64; i++) {
            assertThat(filter.add(salt(16), 0, seconds(i / 2.0))).isEqualTo(FRESH);
        }
        assertThat(filter.add(salt(16), 0, seconds(40))).isEqualTo(FULL);
        assertThat(filter.add(first, 0, seconds(40))).isEqualTo(REPLAYED);
        assertThat(filter.add(salt(16), 0, seconds(60))).isEqualTo(FRESH);
        assertThat(filter.add(first, 0, seconds(60))).isEqualTo(REPLAYED);
    }

    @Test
    void byCount_remembersUntilAnotherGenerationIsFull() {
        SaltFilter filter = SaltFilter.forCount(16, 64, SPAN, 7);
        byte[] first = salt(16);
        assertThat(filter.add(first, 0, 0)).isEqualTo(FRESH);
        assertThat(filter.add(first, 0, seconds(1_000_000)))
                .as("after eleven days")
                .isEqualTo(REPLAYED);
        for (int i = 1; i < 128; i++) {
            assertThat(filter.add(salt(16), 0, seconds(1_000_000 + i * 2))).isEqualTo(FRESH);
        }
        assertThat(filter.add(first, 0, seconds(1_000_300))).as("64 later ones").isEqualTo(REPLAYED);
        SaltFilter quick = SaltFilter.forCount(16, 64, SPAN, 7);
        for (int i = 0; i < 64; i++) {
            assertThat(quick.add(salt(16), 0, seconds(i / 10.0))).isEqualTo(FRESH);
        }
        assertThat(quick.add(salt(16), 0, seconds(10)))
                .as("full before its time")
                .isEqualTo(FULL);
    }

    /** P13: at most 64 octets an entry, whatever comes. */
    @Test
    void memory_isBounded() {
        int capacity = 1 << 14;
        SaltFilter filter = SaltFilter.forCount(32, capacity, Duration.ZERO, 7);
        for (int i = 0; i < 5 * capacity; i++) {
            filter.add(salt(32), 0, i);
            assertThat(filter.memory()).isLessThanOrEqualTo(2L * capacity * 64);
        }
        assertThat(filter.size()).isLessThanOrEqualTo(2 * capacity);
    }

    @Test
    void zeros_areASaltToo() {
        SaltFilter filter = SaltFilter.forSpan(16, 64, SPAN, 7);
        assertThat(filter.add(new byte[16], 0, 0)).isEqualTo(FRESH);
        assertThat(filter.add(new byte[16], 0, 0)).isEqualTo(REPLAYED);
    }
}

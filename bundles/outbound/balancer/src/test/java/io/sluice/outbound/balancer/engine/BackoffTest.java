package io.sluice.outbound.balancer.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private static long millis(int failures, int dice) {
        return Duration.ofNanos(Backoff.nanos(failures, bound -> dice)).toMillis();
    }

    @Test
    void failures_inARow_makeItLongerUpToThirtySeconds() {
        assertThat(millis(1, 500)).isEqualTo(1_000);
        assertThat(millis(2, 500)).isEqualTo(1_600);
        assertThat(millis(8, 500)).isEqualTo(26_843);
        assertThat(millis(9, 500)).isEqualTo(30_000);
        assertThat(millis(100_000, 500)).isEqualTo(30_000);
    }

    @Test
    void dice_makeAFifthMoreOrLess() {
        assertThat(millis(1, 0)).isEqualTo(800);
        assertThat(millis(1, 999)).isBetween(1_190L, 1_200L);
    }
}
